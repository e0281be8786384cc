import Contracts
import Testing

@Suite struct BoxRoomTests {
    @Test(
        "files take whole pages, and an inode for each file and each directory",
        arguments: [
            (4096, 16, [("a", 4096)], nil), (4096, 16, [("a", 4097)], "content"),
            (5000, 16, [("a", 4097)], nil), (0, 16, [("a", 1)], nil),
            (0, 16, [("a", 1), ("b", 1)], "content"),
            (0, 16, [("a", 0), ("b", 0), ("c", 4096)], nil),
            (4096, 0, [("a/b/c/d/e/f/g/h", 0), ("i/j/k/l/m/n/o/p", 0)], nil),
            (4096, 0, [("a/b/c/d/e/f/g/h", 0), ("i/j/k/l/m/n/o/p", 0), ("q", 0)], "path"),
            (4096, 16, [("d/a", 0), ("d/b", 0), ("d/e/c", 0)], nil),
        ] as [(Int, Int, [(String, Int)], String?)])
    func counts(disk: Int, inodes: Int, files: [(String, Int)], misfit: String?) {
        var room = BoxRoom(diskBytes: disk, inodes: inodes)
        var found: BoxRoom.Misfit?
        for (path, bytes) in files {
            do throws(BoxRoom.Misfit) { try room.put(path, bytes: bytes) } catch { found = found ?? error }
        }
        #expect(found?.member == misfit, "\(String(describing: found))")
    }

    @Test("without a limit there is always room")
    func boundless() throws {
        var room = BoxRoom(diskBytes: nil, inodes: nil)
        for number in 0..<1000 { try room.put("d\(number)/f", bytes: 1 << 30) }
    }

    @Test(
        "paths that cannot lie beside each other are named",
        arguments: [
            (["a", "b/c"], nil), (["a", "a"], "/files/1/path"), (["b/c", "b"], "/files/1/path"),
            // Two characters to a string, a slash and a mark to the kernel.
            (["a", "a/\u{300}b"], "/files/0/path"), (["own/x"], "/files/0/path"), (["own"], nil),
            (["ownx/y"], nil), (["deep"], "/files/0/path"),
        ] as [([String], String?)])
    func paths(paths: [String], pointer: String?) throws {
        let files = try paths.map { SourceFile(try SourcePath($0), "") }
        var found: Problem?
        do throws(Problem) { try files.checkPaths(beside: ["own", "deep/own"]) } catch { found = error }
        #expect(found?.errors?.first?.pointer == pointer)
        #expect((found?.code ?? .invalidRequest) == .invalidRequest)
    }
}
