import Glibc
import Sandbox
import Testing

extension Isolation {
    /// Interpreters and compilers that are on this machine start inside the sandbox.
    @Suite(.timeLimit(.minutes(8)), .serialized)
    struct ToolchainTests {
        struct Tool: Sendable, CustomTestStringConvertible {
            let path: String
            let arguments: [String]
            let source: String
            let file: String
            var testDescription: String { path }

            static let all = [
                Tool(
                    path: "~/.pyenv/versions/*/bin/python3", arguments: ["main.py"],
                    source: """
                        import socket,ssl,json,multiprocessing as m
                        if __name__=='__main__':
                          with m.Pool(2) as p: print(sum(p.map(abs,[-40,2])))
                        """,
                    file: "main.py"),
                Tool(
                    path: "/usr/bin/python3", arguments: ["main.py"],
                    source: "import asyncio\nasync def f(): return 42\nprint(asyncio.run(f()))",
                    file: "main.py"),
                Tool(
                    path: "/usr/bin/node", arguments: ["main.js"],
                    source: "setTimeout(()=>console.log(42),1)", file: "main.js"),
                Tool(path: "/usr/bin/ruby", arguments: ["main.rb"], source: "puts 42", file: "main.rb"),
                Tool(
                    path: "/usr/bin/php", arguments: ["main.php"], source: "<?php echo 42;",
                    file: "main.php"),
                Tool(path: "/usr/bin/perl", arguments: ["main.pl"], source: "print 42", file: "main.pl"),
                Tool(path: "/usr/bin/lua5.4", arguments: ["main.lua"], source: "print(42)", file: "main.lua"),
                Tool(
                    path: "/usr/bin/java", arguments: ["Main.java"],
                    source: "class Main{public static void main(String[] a){System.out.println(42);}}",
                    file: "Main.java"),
                Tool(
                    path: "/usr/bin/go", arguments: ["run", "main.go"],
                    source: "package main\nfunc main(){print(42)}", file: "main.go"),
                Tool(
                    path: "/usr/bin/gcc", arguments: ["main.c", "-o", "m"], source: "int main(){return 0;}",
                    file: "main.c"),
                Tool(
                    path: "~/.rustup/toolchains/*/bin/rustc",
                    arguments: ["main.rs"], source: "fn main(){}", file: "main.rs"),
                Tool(
                    path: "/opt/swift/usr/bin/swiftc", arguments: ["main.swift", "-o", "m"],
                    source: "print(42)", file: "main.swift"),
            ].compactMap { tool in
                Self.find(tool.path).map {
                    Tool(path: $0, arguments: tool.arguments, source: tool.source, file: tool.file)
                }
            }

            /// The first executable that the pattern names; `~` and `*` are expanded (glob(3)).
            private static func find(_ pattern: String) -> String? {
                var found = glob_t()
                defer { globfree(&found) }
                guard glob(pattern, GLOB_TILDE, nil, &found) == 0, let first = found.gl_pathv[0] else {
                    return nil
                }
                let path = String(cString: first)
                return access(path, X_OK) == 0 ? path : nil
            }
        }

        @Test("starts", arguments: Tool.all)
        func starts(tool: Tool) async throws {
            let spec = SandboxSpec(
                profile: .compile, argv: [tool.path] + tool.arguments,
                environment: ["GOCACHE": "/tmp/go", "GOFLAGS": "-mod=mod"],
                files: [SandboxFile(path: tool.file, bytes: Array(tool.source.utf8))],
                limits: SandboxLimits(
                    cpu: .seconds(50), memoryBytes: 2 << 30, processes: 256, fileBytes: 256 << 20,
                    diskBytes: 512 << 20,
                    inodes: 20_000))
            let result = try await Hosts.run(spec)
            #expect(
                result.verdict == .ok,
                "\(result.flags) \(result.stdout.text.suffix(400)) \(result.stderr.text.suffix(600))")
            if result.stdout.totalBytes > 0 {
                #expect((result.stdout.text + result.stderr.text).contains("42"))
            }
        }

        @Test("a warm start is quick")
        func latency() async throws {
            var times: [Int] = []
            for _ in 0..<40 {
                let result = try await Hosts.run(SandboxSpec(argv: ["/bin/true"]))
                times.append(result.setupMicroseconds + result.wallMicroseconds)
            }
            times.sort()
            #expect(times[20] < 20_000, "median \(times[20]) us, best \(times[0])")
            print("cold sandbox, /bin/true: best \(times[0]) us, median \(times[20]) us")
        }
    }
}
