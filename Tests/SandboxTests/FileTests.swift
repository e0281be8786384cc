import Glibc
import Sandbox
import SystemKit
import Testing

extension Isolation {
    @Suite(.timeLimit(.minutes(8)))
    struct FileTests {
        @Test("files go in with their modes, results come out")
        func roundTrip() async throws {
            let spec = SandboxSpec(
                argv: ["/bin/sh", "-c", "./run.sh > out/result; cat sub/dir/input"],
                files: [
                    SandboxFile(path: "run.sh", bytes: Array("#!/bin/sh\necho made\n".utf8), mode: 0o755),
                    SandboxFile(path: "sub/dir/input", bytes: [104, 105]),
                    SandboxFile(path: "out/.keep", bytes: []),
                ], collect: ["out/result", "missing", "out"])
            let result = try await Hosts.run(spec)
            #expect(result.verdict == .ok, "\(result.stderr.text)")
            #expect(result.stdout.text == "hi")
            #expect(
                result.collected.map(\.path) == ["out/result"], "a directory and a missing file are left out")
            #expect(result.collected.first?.bytes == Array("made\n".utf8))
        }

        @Test(
            "E5: no link, device or pipe leads the collector out",
            arguments: [
                "ln -s /etc/passwd a", "mkdir d; ln -s /etc d/e; ln -s d/e/passwd a", "mkfifo a",
                "ln -s /proc/self/exe a",
                "mkdir a", "ln -s . a", "ln /etc/passwd a", "ln -s /etc up",
            ])
        func collector(line: String) async throws {
            let spec = SandboxSpec(
                argv: ["/bin/sh", "-c", line], collect: ["a", "up/passwd", "d/e/passwd", "a/passwd"])
            #expect(try await Hosts.run(spec).collected.isEmpty)
        }

        @Test("a program of ours is shown without a copy, read-only")
        func bind() async throws {
            let spec = SandboxSpec(
                argv: ["/bin/sh", "-c", "./tool && ! echo x > tool && ! rm tool"],
                files: [SandboxFile(path: "tool", content: .bind(to: "/bin/true"))],
                limits: SandboxLimits(diskBytes: 8192))
            let result = try await Hosts.run(spec)
            #expect(result.verdict == .ok, "\(result.stderr.text)")
        }

        @Test("a copy of the host's file", arguments: ["/etc/hostname", "/bin/true"])
        func copy(path: String) async throws {
            let spec = SandboxSpec(
                argv: ["wc", "-c", "f"], files: [SandboxFile(path: "f", content: .copy(of: path))])
            var status = stat()
            #expect(stat(path, &status) == 0)
            #expect(try await Hosts.run(spec).stdout.text == "\(status.st_size) f\n")
        }

        @Test("a directory of the host, read-only, where the run wants it")
        func mounts() async throws {
            let spec = SandboxSpec(
                argv: ["/bin/sh", "-c", "ls given | head -1; ! touch given/x 2>/dev/null"],
                mounts: [ReadOnlyMount(source: "/usr/bin", target: "/box/given")])
            let result = try await Hosts.run(spec)
            #expect(result.verdict == .ok && result.stdout.totalBytes > 1, "\(result.message ?? "")")
        }

        @Test(
            "a mount outside the box belongs to the host's configuration",
            arguments: ["/home/x", "/", "/etc"])
        func foreignMounts(target: String) async throws {
            let mount = ReadOnlyMount(source: "/usr/share", target: target)
            await #expect(throws: SandboxFailure.self) {
                try await Hosts.run(SandboxSpec(argv: ["true"], mounts: [mount]))
            }
        }

        @Test(
            "paths that lead out are refused",
            arguments: ["../x", "/x", "a/../b", "a//b", "", ".", "a/", "a\u{0}b"])
        func paths(path: String) async throws {
            let spec = SandboxSpec(argv: ["true"], files: [SandboxFile(path: path, bytes: [])])
            await #expect(throws: SandboxFailure.self) { try await Hosts.run(spec) }
        }

        @Test(
            "E6: a working directory is in the box",
            arguments: ["/proc/self/fd/7", "/", "/box/../etc", "box", "/boxes"])
        func directories(path: String) async throws {
            await #expect(throws: SandboxFailure.self) {
                try await Hosts.run(SandboxSpec(argv: ["true"], workingDirectory: path))
            }
        }

        @Test("H37: nothing of a run is there for the next")
        func leftovers() async throws {
            _ = try await Hosts.shell("touch /tmp/secret /box/secret /dev/shm/secret; mkdir -p /tmp/.x")
            #expect(try await Hosts.shell("ls -A /tmp /box /dev/shm").stdout.text.contains("secret") == false)
        }

        @Test("H31, H35: two at once hear nothing of each other")
        func crossTalk() async throws {
            let python = """
                import socket,sys,time
                s=socket.socket(socket.AF_UNIX)
                s.bind("\\0meeting") ; s.listen(); s.settimeout(0.6)
                c=socket.socket(socket.AF_UNIX)
                c.connect("\\0meeting"); a,_=s.accept()
                try:
                  s.accept(); print("heard a stranger")
                except TimeoutError: print("alone")
                """
            guard access("/usr/bin/python3", X_OK) == 0 else { return }
            let spec = SandboxSpec(
                argv: ["/usr/bin/python3", "main.py"],
                files: [SandboxFile(path: "main.py", bytes: Array(python.utf8))])
            async let left = Hosts.run(spec)
            async let right = Hosts.run(spec)
            let texts = [try await left, try await right].map { $0.stdout.text + $0.stderr.text.suffix(200) }
            #expect(texts == ["alone\n", "alone\n"])
        }
    }
}
