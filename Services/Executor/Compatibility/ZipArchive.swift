internal import CZlib
internal import Contracts

/// What is wrong with an archive.
enum ArchiveFault: Error, CustomStringConvertible {
    case damaged, tooLarge, method
    case name(String)

    var description: String {
        switch self {
        case .damaged: "is not a zip archive"
        case .tooLarge: "is too large or has too many files"
        case .method: "uses a compression other than deflate"
        case .name(let name): "has a file with a name that cannot be used: \(name.prefix(100))"
        }
    }
}

/// Reads the files of a zip archive (APPNOTE 6.3): stored and deflated ones, bounded in number and bytes.
///
/// Sizes and places are taken from the central directory and checked against the bytes that are there; names
/// have to be plain relative paths, so nothing can be unpacked elsewhere.
struct ZipArchive {
    private let bytes: [UInt8]
    private var room = Limits.archiveBytes

    private init(_ bytes: [UInt8]) { self.bytes = bytes }

    /// The files; directories are left out.
    static func files(of bytes: [UInt8]) throws(ArchiveFault) -> [SourceFile] {
        var archive = ZipArchive(bytes)
        return try archive.read()
    }

    private mutating func read() throws(ArchiveFault) -> [SourceFile] {
        let end = try endRecord()
        let count = try word(end + 10)
        guard count <= ContractLimits.filesPerRun - 1 else { throw .tooLarge }
        var place = try long(end + 16)
        var files: [SourceFile] = []
        for _ in 0..<count {
            guard try long(place) == 0x0201_4b50 else { throw .damaged }
            let (nameLength, extra, comment) = (
                try word(place + 28), try word(place + 30), try word(place + 32)
            )
            let name = String(decoding: try slice(place + 46, nameLength), as: UTF8.self)
            if name.utf8.last != UInt8(ascii: "/") { files.append(try file(name, place)) }
            place += 46 + nameLength + extra + comment
        }
        return files
    }

    /// The last record, behind which a comment of up to 64 KiB may stand.
    private func endRecord() throws(ArchiveFault) -> Int {
        var place = bytes.count - 22
        while place >= max(0, bytes.count - 22 - 65_535) {
            if try long(place) == 0x0605_4b50 { return place }
            place -= 1
        }
        throw .damaged
    }

    private mutating func file(_ name: String, _ place: Int) throws(ArchiveFault) -> SourceFile {
        let (packed, size, header) = (try long(place + 20), try long(place + 24), try long(place + 42))
        guard size <= room else { throw .tooLarge }
        guard try long(header) == 0x0403_4b50 else { throw .damaged }
        let start = header + 30 + (try word(header + 26)) + (try word(header + 28))
        let data = try slice(start, packed)
        let content: [UInt8] =
            switch try word(place + 10) {
            case 0: Array(data)
            case 8: try inflated(data, size)
            default: throw .method
            }
        guard content.count == size else { throw .damaged }
        room -= size
        var file = SourceFile()
        do throws(WireFault) { file.path = try SourcePath(name) } catch { throw .name(name) }
        (file.content, file.encoding) = EncodedBytes.encode(content)
        return file
    }

    /// Raw deflate into at most `size` bytes.
    private func inflated(_ data: ArraySlice<UInt8>, _ size: Int) throws(ArchiveFault) -> [UInt8] {
        var input = Array(data)
        var stream = z_stream()
        let version = CInt(MemoryLayout<z_stream>.size)
        guard inflateInit2_(&stream, -15, ZLIB_VERSION, version) == Z_OK else { throw .damaged }
        defer { inflateEnd(&stream) }
        var outcome: CInt = Z_DATA_ERROR
        let output = [UInt8](unsafeUninitializedCapacity: size + 1) { buffer, filled in
            input.withUnsafeMutableBufferPointer { source in
                stream.next_in = source.baseAddress
                stream.avail_in = CUnsignedInt(source.count)
                stream.next_out = buffer.baseAddress
                stream.avail_out = CUnsignedInt(size + 1)
                outcome = inflate(&stream, Z_FINISH)
                filled = size + 1 - Int(stream.avail_out)
            }
        }
        guard outcome == Z_STREAM_END else { throw .damaged }
        return output
    }

    private func slice(_ start: Int, _ count: Int) throws(ArchiveFault) -> ArraySlice<UInt8> {
        guard start >= 0, count >= 0, start + count <= bytes.count else { throw .damaged }
        return bytes[start..<start + count]
    }

    private func word(_ place: Int) throws(ArchiveFault) -> Int {
        let pair = try slice(place, 2)
        return Int(pair[pair.startIndex]) | Int(pair[pair.startIndex + 1]) << 8
    }

    private func long(_ place: Int) throws(ArchiveFault) -> Int {
        try word(place) | (try word(place + 2)) << 16
    }
}
