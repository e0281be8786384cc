internal import SystemKit

/// How an interpreter may be started ahead of its run.
package struct WarmStart: Sendable, Hashable {
    /// Which argument is the script; a plain path below the box.
    package var script: Int
    /// How many of the same kind may wait at once.
    package var spare: Int

    /// An interpreter that waits for the argument at `script`, beyond 0, up to `spare` of them.
    package init(script: Int, spare: Int) {
        precondition(script > 0 && spare >= 0, "the program itself is no script")
        self.script = script
        self.spare = spare
    }
}

/// Everything that an interpreter can know before it opens its script: runs that are equal in this may be
/// given to the same one.
struct WarmShape: Sendable, Hashable {
    /// The program without what comes with a run: files and input.
    let spec: SandboxSpec
    let start: WarmStart

    /// Nil for what has to be started when it is known.
    /// - Parameter limitsCPU: whether a program can see how much CPU time it is given.
    init?(_ spec: SandboxSpec, limitsCPU: Bool) {
        guard let start = spec.warm, start.spare > 0, start.script < spec.argv.count, spec.profile == .run,
            spec.terminal == nil, spec.workingDirectory == Sandbox.box, spec.mounts.isEmpty,
            spec.binds.isEmpty, spec.argv[start.script].allPathParts.allSatisfy({ $0 != "" && $0 != "." })
        else { return nil }
        let asked = spec.limits
        var plain = SandboxSpec(argv: spec.argv, environment: spec.environment)
        plain.limits = SandboxLimits(
            cpu: limitsCPU ? asked.cpu : SandboxLimits().cpu, memoryBytes: asked.memoryBytes,
            stackBytes: asked.stackBytes, processes: asked.processes, openFiles: asked.openFiles,
            fileBytes: asked.fileBytes, diskBytes: asked.diskBytes, inodes: asked.inodes)
        self.spec = plain
        self.start = start
    }

    static func == (one: WarmShape, other: WarmShape) -> Bool {
        one.start == other.start && one.spec.limits == other.spec.limits && one.spec.argv == other.spec.argv
            && one.spec.environment == other.spec.environment
    }

    func hash(into hasher: inout Hasher) {
        hasher.combine(spec.argv)
        hasher.combine(spec.limits)
    }
}

/// What an interpreter did on its way to its script.
struct HeldProgram: Sendable {
    /// CPU time as init counts it.
    var bornMicroseconds = 0
    /// Paths below the box that it has asked about; nothing was there.
    var touched: [String] = []

    /// Whether files are all where it has not looked yet: with them there it would have come the same way.
    func isUnaware(of files: [SandboxFile]) -> Bool {
        !touched.contains { asked in
            files.contains { file in
                asked.isEmpty || file.path == asked || file.path.hasPrefix("\(asked)/")
                    || asked.hasPrefix("\(file.path)/")
            }
        }
    }
}
