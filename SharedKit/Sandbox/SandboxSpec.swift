/// Which system calls a program may make.
package enum SandboxProfile: String, Sendable, CaseIterable {
    /// A user's program: no file locks that reach other sandboxes, sockets of the Unix family only.
    case run
    /// A compiler or an analyser: as `run`, and file locks are allowed.
    case compile
    /// As `run`, but every call waits until it is noted: some ten times slower, for a report of all of them.
    case report
}

/// A file that exists in the box before the program starts.
package struct SandboxFile: Sendable {
    /// Where the file's bytes come from.
    package enum Content: Sendable {
        /// These bytes; they count against the disk limit.
        case bytes([UInt8])
        /// A copy of the host's file at this absolute path; counts against the disk limit.
        case copy(of: String)
        /// The host's file at this absolute path itself, read-only and without a copy; costs no disk.
        /// The path must belong to us: nothing untrusted may be able to write its directory.
        case bind(to: String)
    }

    /// Path below the box, e.g. `src/main.c`; no `..`, no leading `/`, no NUL.
    package let path: String
    /// The bytes, or where to take them from.
    package let content: Content
    /// Permission bits, e.g. `0o644`, or `0o755` for a program; ignored for `bind`.
    package let mode: UInt32

    /// A file from a source of bytes.
    package init(path: String, content: Content, mode: UInt32 = 0o644) {
        self.path = path
        self.content = content
        self.mode = mode
    }

    /// A file from its bytes.
    package init(path: String, bytes: [UInt8], mode: UInt32 = 0o644) {
        self.init(path: path, content: .bytes(bytes), mode: mode)
    }
}

/// A directory or file of the host that programs see, read-only, without setuid and devices.
package struct ReadOnlyMount: Sendable, Hashable {
    /// Absolute path on the host.
    package let source: String
    /// Absolute path in the sandbox.
    package let target: String

    /// Shows `source` as `target`, by default at the same path.
    package init(source: String, target: String? = nil) {
        self.source = source
        self.target = target ?? source
    }
}

/// What the program reads from its standard input.
package enum SandboxInput: Sendable {
    /// Nothing: end of file at once.
    case empty
    /// These bytes, then end of file.
    case bytes([UInt8])
    /// What `SandboxRun.write` gives, until `SandboxRun.closeStdin`.
    case stream
}

/// One program to run: everything that is known before it starts.
package struct SandboxSpec: Sendable {
    /// The system calls it may make.
    package var profile: SandboxProfile
    /// The program and its arguments; without a slash, `argv[0]` is looked up in `PATH` inside the sandbox.
    package var argv: [String]
    /// The whole environment; nothing of ours is inherited. `PATH`, `HOME`, `LANG`, `TMPDIR` have defaults.
    package var environment: [String: String]
    /// How it may be started before anybody asks for it, or nil. Only an interpreter may be, which does the
    /// same until it opens its script, whoever runs it.
    package var warm: WarmStart?
    /// Absolute, `/box` or below, or `/tmp`.
    package var workingDirectory: String
    /// Files to put into the box first.
    package var files: [SandboxFile]
    /// More of the host to show, on top of what the `SandboxHost` shows to all.
    package var mounts: [ReadOnlyMount]
    /// Standard input.
    package var stdin: SandboxInput
    /// A terminal in place of the three standard streams: `stdin` is what is typed, all output comes as that
    /// of `stdout`, without a bound, and none of it is kept.
    package var terminal: TerminalSize?
    /// The hard limits; already clamped to `SandboxLimits.maximum` by the type.
    package var limits: SandboxLimits
    /// Paths below the box to bring back after all processes are dead; missing ones are left out. `*` and `?`
    /// stand for parts of a name, `**` for any number of directories.
    package var collect: [String]
    /// Files brought back, at most.
    package var collectedFiles = 256
    /// Bytes of all files brought back; nil means as many as the disk has.
    package var collectedBytes: Int?
    /// Distance between usage samples (10 ms or more), or nil for none.
    package var sampleRate: Duration?
    /// Whether `SandboxRun.events` carries output as it comes, with back-pressure. Collected either way.
    package var streamsOutput: Bool

    /// A program with the default limits and nothing but its arguments.
    package init(
        profile: SandboxProfile = .run, argv: [String], environment: [String: String] = [:],
        workingDirectory: String = Sandbox.box, files: [SandboxFile] = [], mounts: [ReadOnlyMount] = [],
        stdin: SandboxInput = .empty, limits: SandboxLimits = SandboxLimits(), collect: [String] = [],
        sampleRate: Duration? = nil, streamsOutput: Bool = true
    ) {
        self.profile = profile
        self.argv = argv
        self.environment = environment
        self.workingDirectory = workingDirectory
        self.files = files
        self.mounts = mounts
        self.stdin = stdin
        self.limits = limits
        self.collect = collect
        self.sampleRate = sampleRate
        self.streamsOutput = streamsOutput
    }
}
