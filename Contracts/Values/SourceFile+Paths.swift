extension [SourceFile] {
    /// Sees to it that all files can lie beside each other.
    /// - Parameters:
    ///   - pointer: where `files` stands in the request, `""` for the request itself.
    ///   - own: paths of files that a language puts beside them, unless the request has the same.
    /// - Throws: `Problem` for a path that comes twice, or that would be a file and a directory.
    public func checkPaths(at pointer: String = "", beside own: [String] = []) throws(Problem) {
        var seen: Set<String> = []
        for (index, file) in enumerated() where !seen.insert(file.path.text).inserted {
            throw .refusal("\(pointer)/files/\(index)/path", .duplicateField, "\(file.path) comes twice")
        }
        let all = seen.union(own)
        for (index, file) in enumerated() {
            let path = file.path.text
            // Bytes, as the kernel sees them: a slash with a combining mark behind it is still a slash.
            let isParent = all.contains { $0.utf8.starts(with: "\(path)/".utf8) }
            let parent = isParent ? path : own.first { path.utf8.starts(with: "\($0)/".utf8) }
            guard let parent else { continue }
            throw .refusal(
                "\(pointer)/files/\(index)/path", .notAllowed, "\(parent) is a file and a directory")
        }
    }

    /// The bytes of all files, in their order.
    /// - Throws: `Problem` for one whose content is not what its encoding says.
    public func allBytes(at pointer: String = "") throws(Problem) -> [[UInt8]] {
        var all: [[UInt8]] = []
        for (index, file) in enumerated() {
            do throws(WireFault) {
                all.append(try file.bytes())
            } catch {
                throw .refusal("\(pointer)/files/\(index)/content", error.code, error.detail)
            }
        }
        return all
    }
}
