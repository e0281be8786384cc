import CZlib
import Glibc

/// Whole files, unpacked when they are gzipped.
enum GzipFile {
    /// A gigabyte: no trace or log is larger, and a hostile one must not fill the memory.
    static let unpackedBytes = 1 << 30
    private static let chunkBytes = 1 << 18

    /// The unpacked bytes.
    /// - Throws: `BadFile` when it is missing, cut, damaged or too large.
    static func read(_ path: String) throws(BadFile) -> [UInt8] {
        guard let file = gzopen(path, "rb") else {
            throw BadFile(path: path, problem: String(cString: strerror(errno)), isMissing: true)
        }
        defer { gzclose_r(file) }
        var bytes: [UInt8] = []
        while true {
            let count = append(from: file, to: &bytes)
            if count < 0 || (count == 0 && hasFailed(file)) {
                throw BadFile(path: path, problem: "cannot be unpacked: \(message(of: file))")
            }
            if count == 0 { return bytes }
            if bytes.count > unpackedBytes { throw BadFile(path: path, problem: "more than 1 GiB unpacked") }
        }
    }

    private static func append(from file: gzFile, to bytes: inout [UInt8]) -> Int {
        let chunk = [UInt8](unsafeUninitializedCapacity: chunkBytes) { buffer, count in
            count = Int(gzread(file, buffer.baseAddress, UInt32(chunkBytes)))
            if count < 0 { count = 0 }
        }
        bytes += chunk
        return hasFailed(file) ? -1 : chunk.count
    }

    private static func hasFailed(_ file: gzFile) -> Bool {
        var code: CInt = 0
        _ = gzerror(file, &code)
        return code != Z_OK && code != Z_STREAM_END
    }

    private static func message(of file: gzFile) -> String {
        var code: CInt = 0
        guard let text = gzerror(file, &code) else { return "unknown" }
        return code == Z_ERRNO ? String(cString: strerror(errno)) : String(cString: text)
    }
}
