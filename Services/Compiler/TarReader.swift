internal import Artifacts
internal import Contracts

/// Reads the regular files of a ustar archive (POSIX.1-1988); its bytes come from a sandbox and are not
/// trusted.
enum TarReader {
    private static let block = 512

    /// Nil for an archive that breaks the format, names a path that is none of ours, or has too many files.
    static func files(in archive: [UInt8]) -> [NewArtifactFile]? {
        var files: [NewArtifactFile] = []
        var offset = 0
        while offset + block <= archive.count {
            let header = archive[offset..<offset + block]
            if header.allSatisfy({ $0 == 0 }) { return files }
            guard let size = octal(header, 124, 12), size <= archive.count - offset - block else {
                return nil
            }
            let start = offset + block
            switch header[offset + 156] {
            case UInt8(ascii: "0"), 0:
                guard let path = path(header), files.count < Limits.archiveFiles else { return nil }
                files.append(NewArtifactFile(path: path, bytes: Array(archive[start..<start + size])))
            case UInt8(ascii: "5"): break
            default: return nil
            }
            offset = start + (size + block - 1) / block * block
        }
        return nil
    }

    private static func path(_ header: ArraySlice<UInt8>) -> SourcePath? {
        let prefix = text(header, 345, 155)
        var whole = (prefix.isEmpty ? "" : "\(prefix)/") + text(header, 0, 100)
        while whole.hasPrefix("./") { whole = String(whole.dropFirst(2)) }
        do {
            return try SourcePath(whole)
        } catch {
            return nil  // An archive with such a path is refused as a whole.
        }
    }

    private static func text(_ header: ArraySlice<UInt8>, _ offset: Int, _ count: Int) -> String {
        let start = header.startIndex + offset
        return String(decoding: header[start..<start + count].prefix { $0 != 0 }, as: UTF8.self)
    }

    private static func octal(_ header: ArraySlice<UInt8>, _ offset: Int, _ count: Int) -> Int? {
        Int(text(header, offset, count).filter { $0 != " " }, radix: 8)
    }
}
