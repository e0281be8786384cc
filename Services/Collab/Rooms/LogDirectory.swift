internal import Contracts
private import Glibc

/// Which logs lie in a session's directory.
enum LogDirectory {
    /// The documents, in no order; none when the directory is not there.
    static func documents(in path: String) -> [DocumentName] {
        guard let directory = opendir(path) else { return [] }
        defer { closedir(directory) }
        var documents: [DocumentName] = []
        while let entry = readdir(directory) {
            let file = withUnsafePointer(to: &entry.pointee.d_name) { pointer in
                pointer.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            if let name = document(file) { documents.append(name) }
        }
        return documents
    }

    private static func document(_ file: String) -> DocumentName? {
        guard file.hasSuffix(".log") else { return nil }
        do throws(WireFault) {
            return try DocumentName(String(file.dropLast(4)))
        } catch {
            return nil
        }
    }
}
