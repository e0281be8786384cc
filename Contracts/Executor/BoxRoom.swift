/// Room for the files of a program before it starts, counted as the kernel counts it: whole pages of bytes,
/// and an inode for each file and each directory.
public struct BoxRoom: Sendable {
    /// What a file takes is a multiple of this, bytes; it is also the smallest disk.
    public static let pageBytes = 4096
    /// The smallest number of inodes a program gets, whatever was asked for.
    public static let fewestInodes = 16

    /// Why a file does not fit.
    public struct Misfit: Error, Equatable {
        /// The member of the file that is too much: `content` or `path`.
        public let member: String
        /// The limit and what was needed, in words.
        public let detail: String
    }

    private let pages: Int
    private let inodes: Int
    private var usedPages = 0
    private var usedInodes = 0
    private var directories: Set<[UInt8]> = []

    /// Room within limits; nil is no bound.
    public init(diskBytes: Int?, inodes: Int?) {
        pages = diskBytes.map { Self.pages(of: max($0, Self.pageBytes)) } ?? .max
        self.inodes = inodes.map { max($0, Self.fewestInodes) } ?? .max
    }

    /// Puts a file in, with the directories it lies in.
    /// - Throws: `Misfit` when it is more than there is room for.
    public mutating func put(_ path: String, bytes: Int) throws(Misfit) {
        usedPages += Self.pages(of: bytes)
        usedInodes += 1
        let parts = path.utf8.split(separator: UInt8(ascii: "/")).dropLast()
        for depth in parts.indices {
            let directory = Array(parts[...depth].joined(separator: [0]))
            if directories.insert(directory).inserted { usedInodes += 1 }
        }
        guard usedPages <= pages else {
            throw Misfit(
                member: "content",
                detail: "up to here the files take \(usedPages * Self.pageBytes) bytes in whole pages of "
                    + "\(Self.pageBytes), limits/disk_bytes allows \(pages * Self.pageBytes)")
        }
        guard usedInodes <= inodes else {
            throw Misfit(
                member: "path",
                detail: "up to here there are \(usedInodes) files and directories, limits/inodes allows "
                    + "\(inodes)")
        }
    }

    private static func pages(of bytes: Int) -> Int { (bytes + pageBytes - 1) / pageBytes }
}
