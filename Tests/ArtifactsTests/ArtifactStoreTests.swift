import Artifacts
import Contracts
import FoundationEssentials
import Glibc
import SystemKit
import Testing

/// A directory that goes with its test.
private final class Folder {
    let path = "/tmp/codecollab-test-store-\(UInt64.random(in: 0 ... .max))"

    deinit {
        do {
            try FileManager.default.removeItem(atPath: path)
        } catch {
            Issue.record("\(path) stays: \(error)")
        }
    }
}

@Suite struct ArtifactStoreTests {
    private let folder = Folder()
    private var directory: String { folder.path }

    @Test("an executable is found by the digest of its bytes, executable by everybody")
    func storesExecutables() throws {
        let store = try ArtifactStore(directory: directory)
        let artifact = try store.store(executable: Array("#!/bin/sh\necho hi\n".utf8))
        #expect(artifact.kind == .executable && artifact.bytes == 18)
        #expect(ArtifactReader(directory: directory).find(artifact.digest) == artifact)
        var status = stat()
        #expect(stat(artifact.path, &status) == 0 && status.st_mode & 0o777 == 0o555)
        #expect(try FileBytes.read(artifact.path, atMost: 100) == Array("#!/bin/sh\necho hi\n".utf8))
    }

    @Test("a directory has a manifest, and its digest is the manifest's")
    func storesDirectories() throws {
        let store = try ArtifactStore(directory: directory)
        let files = [
            NewArtifactFile(path: try SourcePath("pkg/B.class"), bytes: [1, 2]),
            NewArtifactFile(path: try SourcePath("A.class"), bytes: [3]),
        ]
        let artifact = try store.store(files: files, entryPoint: "A")
        #expect(artifact.kind == .directory && artifact.entryPoint == "A" && artifact.bytes == 3)
        #expect(try FileBytes.read("\(artifact.path)/pkg/B.class", atMost: 9) == [1, 2])
        let manifest = try #require(store.reader.manifest(of: artifact.digest))
        #expect(manifest.files.map(\.path.text) == ["A.class", "pkg/B.class"])
        #expect(ContentDigest.of(manifest.encode()) == artifact.digest)
        let again = try store.store(files: files.reversed(), entryPoint: "A")
        #expect(again == artifact)
    }

    @Test("the same content is stored once")
    func storesOnce() throws {
        let store = try ArtifactStore(directory: directory)
        let first = try store.store(executable: [1, 2, 3])
        let second = try store.store(executable: [1, 2, 3])
        #expect(first == second && store.bytes == 3)
    }

    @Test("what a crash left half written is removed at the next start and never visible")
    func survivesCrashes() throws {
        let store = try ArtifactStore(directory: directory)
        let kept = try store.store(executable: [7])
        mkdir("\(directory)/incoming/half", 0o755)
        try FileBytes.replace("\(directory)/incoming/half/a", with: [1], mode: 0o644)
        try FileBytes.replace("\(directory)/incoming/file", with: [1], mode: 0o644)
        let reopened = try ArtifactStore(directory: directory)
        #expect(try DirectoryListing.names(in: "\(directory)/incoming").isEmpty)
        #expect(reopened.reader.find(kept.digest) == kept && reopened.bytes == 1)
    }

    @Test("what was not used for longest goes first, and only down to the quota")
    func evictsOldest() throws {
        let store = try ArtifactStore(directory: directory, quotaBytes: 1000, graceSeconds: 0)
        var artifacts: [StoredArtifact] = []
        for number in UInt8(0)..<10 {
            let artifact = try store.store(executable: [UInt8](repeating: number, count: 100))
            var times = [timespec(), timespec()]
            times[0].tv_sec = 1_000_000 + Int(number)
            times[1] = times[0]
            if number != 0 { utimensat(AT_FDCWD, artifact.path, times, 0) }
            artifacts.append(artifact)
        }
        let last = try store.store(executable: [UInt8](repeating: 99, count: 100))
        #expect(store.bytes <= 900)
        #expect(store.reader.find(last.digest) != nil)
        #expect(store.reader.find(artifacts[0].digest) != nil, "used just now")
        #expect(store.reader.find(artifacts[1].digest) == nil, "oldest")
    }

    @Test("what is used right now is not evicted, whatever the quota")
    func sparesTheRecent() throws {
        let store = try ArtifactStore(directory: directory, quotaBytes: 150)
        let first = try store.store(executable: [UInt8](repeating: 1, count: 100))
        _ = try store.store(executable: [UInt8](repeating: 2, count: 100))
        #expect(store.reader.find(first.digest) != nil)
    }

    @Test("nothing that is too large is taken, nor an empty directory")
    func refuses() throws {
        let store = try ArtifactStore(directory: directory, quotaBytes: 10)
        #expect(throws: ArtifactFailure.tooLarge(bytes: 11)) {
            try store.store(executable: [UInt8](repeating: 0, count: 11))
        }
        #expect(throws: ArtifactFailure.empty) { try store.store(files: [], entryPoint: "") }
    }
}
