import Glibc

/// What runc wants to run one program: a directory with a root and a configuration.
struct RuncBundle {
    private let directory: String
    let command: [String]

    /// Nothing where runc is not installed or does not run here.
    init?(program: String) {
        guard ["/usr/sbin/runc", "/usr/bin/runc"].contains(where: LatencyBench.exists) else { return nil }
        var name = Array("/tmp/codecollab-runc-XXXXXX".utf8CString)
        guard mkdtemp(&name) != nil else { return nil }
        directory = name.withUnsafeBufferPointer { String(cString: $0.baseAddress!) }
        command = ["runc", "--root", "\(directory)/state", "run", "--bundle", directory, "bench-\(getpid())"]
        Bare.run(["mkdir", "-p", "\(directory)/rootfs/proc"])
        Bare.run(["cp", program, "\(directory)/rootfs/program"])
        let file = fopen("\(directory)/config.json", "w")
        fputs(Self.configuration, file)
        fclose(file)
        guard Bare.run(command) == "hello\n" else {
            remove()
            return nil
        }
    }

    func remove() { Bare.run(["rm", "-rf", directory]) }

    private static let configuration = """
        {"ociVersion": "1.0.2", "process": {"user": {"uid": 0, "gid": 0}, "args": ["/program"], "cwd": "/",
        "noNewPrivileges": true}, "root": {"path": "rootfs", "readonly": true},
        "mounts": [{"destination": "/proc", "type": "proc", "source": "proc"}],
        "linux": {"namespaces": [{"type": "pid"}, {"type": "network"}, {"type": "ipc"}, {"type": "uts"},
        {"type": "mount"}], "resources": {"memory": {"limit": 268435456}, "pids": {"limit": 64}}}}
        """
}
