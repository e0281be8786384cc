import ArgumentParser
import Contracts
import Glibc
import Supervision
import SystemKit

/// `codecollab logs`: the JSON lines of all services in the order of time, for people.
struct Logs: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Show the logs of the services, together and in order.",
        usage: """
            codecollab logs -f
            codecollab logs --service executor --level warning
            codecollab logs --trace 4bf92f3577b34da6 --json
            codecollab logs --since 10m
            """)

    @OptionGroup var options: FleetOptions
    @Flag(name: .shortAndLong, help: "Go on with what comes.") var follow = false
    @Option(help: "Only this service; may be given several times.") var service: [String] = []
    @Option(help: "Only this level and above: trace, debug, info, notice, warning, error, critical.")
    var level = "trace"
    @Option(help: "Only lines of this trace; the beginning of its id is enough.") var trace: String?
    @Option(help: "Only lines of the last so much time: 90s, 10m, 2h.") var since: String?
    @Option(name: [.customShort("n"), .long], help: "At most so many of the latest lines.") var lines = 200
    @Flag(help: "Print the JSON lines as they are.") var json = false

    func run() throws {
        let home = try Installation(options).home
        let filter = try LogFilter(level: level, trace: trace, since: since, now: WallClock.system.now())
        let files = names(in: home.logs).filter { $0.hasSuffix(".jsonl") && wants($0) }.map {
            "\(home.logs)/\($0)"
        }
        guard !files.isEmpty else {
            let known = names(in: home.logs).compactMap { $0.split(separator: ".").first }.sorted()
            let there = known.isEmpty ? "none: the fleet never ran" : known.joined(separator: ", ")
            throw FleetFault("no such logs in \(home.logs); there are \(there)")
        }
        let printer = LogPrinter(isRaw: json)
        let tails = files.map { LogTail($0) }
        let old = try files.flatMap { try LogTail.all($0) }.compactMap(LogEntry.init).filter(filter.admits)
        for entry in old.sorted(by: { $0.at < $1.at }).suffix(max(0, lines)) { printer.show(entry) }
        let pause: UInt32 = 100_000
        while follow {
            for entry in try tails.flatMap({ try $0.more() }).compactMap(LogEntry.init).filter(filter.admits)
            {
                printer.show(entry)
            }
            usleep(pause)
        }
    }

    private func wants(_ file: String) -> Bool {
        service.isEmpty || service.contains(String(file.dropLast(6)))
    }
}

/// Which lines are wanted.
struct LogFilter {
    private let level: Int
    private let trace: String?
    private let from: String

    private static let levels = ["trace", "debug", "info", "notice", "warning", "error", "critical"]

    init(level: String, trace: String?, since: String?, now: Timestamp) throws {
        guard let index = Self.levels.firstIndex(of: level) else {
            throw FleetFault("--level: expected one of \(Self.levels.joined(separator: ", "))")
        }
        self.level = index
        self.trace = trace
        let milliseconds = try since.map(Self.milliseconds)
        from = milliseconds.map { Instant(milliseconds: now.milliseconds - $0).text } ?? ""
    }

    func admits(_ entry: LogEntry) -> Bool {
        entry.at >= from && (Self.levels.firstIndex(of: entry.level) ?? 2) >= level
            && (trace.map { entry.trace?.hasPrefix($0) ?? false } ?? true)
    }

    private static func milliseconds(_ text: String) throws -> Int64 {
        let units: [Character: Int64] = ["s": 1000, "m": 60_000, "h": 3_600_000, "d": 86_400_000]
        guard let unit = text.last.flatMap({ units[$0] }), let count = Int64(text.dropLast()), count > 0
        else {
            throw FleetFault("--since: expected a number and s, m, h or d, not \(text)")
        }
        return count * unit
    }
}

/// One line of a log, read.
struct LogEntry {
    let line: [UInt8]
    let at: String
    let level: String
    let service: String
    let message: String
    let trace: String?
    let others: [JSONMember]

    init?(_ line: [UInt8]) {
        guard
            case .object(let members)? = ignoring("half a line is not shown", { try JSONValue.decode(line) })
        else {
            return nil
        }
        let value = JSONValue.object(members)
        self.line = line
        at = value["ts"]?.text ?? ""
        level = value["level"]?.text ?? "info"
        service = value["svc"]?.text ?? "?"
        message = value["msg"]?.text ?? ""
        trace = value["trace_id"]?.text
        others = members.filter { !["ts", "level", "svc", "msg", "span_id", "stream"].contains($0.name) }
    }
}

/// Shows log lines to people.
struct LogPrinter {
    var isRaw = false

    func show(_ line: [UInt8]) {
        if let entry = LogEntry(line) { show(entry) }
    }

    func show(_ entry: LogEntry) {
        if isRaw { return Console.write(entry.line + [UInt8(ascii: "\n")], to: STDOUT_FILENO) }
        let time = entry.at.dropFirst(11).dropLast()
        let others = entry.others.map { "\($0.name)=\($0.value.text ?? $0.value.json)" }.joined(
            separator: " ")
        let name = entry.service + String(repeating: " ", count: max(0, 10 - entry.service.count))
        let text = "\(time) \(paint(name, hue(entry.service))) \(paint(entry.level, severity(entry.level)))"
        Console.say("\(text) \(entry.message)\(others.isEmpty ? "" : "  \(others)")")
    }

    private func paint(_ text: String, _ code: Int) -> String {
        Console.hasColour && code > 0 ? "\u{1b}[\(code)m\(text)\u{1b}[0m" : text
    }

    private func hue(_ service: String) -> Int { 31 + Int(service.utf8.reduce(0) { $0 &+ UInt32($1) } % 6) }

    private func severity(_ level: String) -> Int {
        switch level {
        case "error", "critical": 91
        case "warning": 93
        default: 0
        }
    }
}

/// A log file that is read as it grows.
final class LogTail {
    private let path: String
    private var offset: off_t
    private var node: UInt
    private var splitter = LineSplitter()

    /// Starts at the end of the file.
    init(_ path: String) {
        self.path = path
        (offset, node) = Self.facts(path)
    }

    /// All lines of the file and of the one rotated away before it.
    static func all(_ path: String) throws -> [[UInt8]] {
        var splitter = LineSplitter()
        return splitter.take((readBytes("\(path).1") ?? []) + (readBytes(path) ?? []))
    }

    /// The lines written since the last call; after a rotation the new file is read from its start.
    func more() throws -> [[UInt8]] {
        let (size, node) = Self.facts(path)
        if node != self.node { (offset, self.node) = (0, node) }
        guard size > offset else { return [] }
        let file = FD(owning: try check("open") { open(path, O_RDONLY | O_CLOEXEC) })
        var bytes = [UInt8](repeating: 0, count: Int(size - offset))
        let (number, start) = (file.number, offset)
        let count = try check("pread") { pread(number, &bytes, bytes.count, start) }
        offset += count
        return splitter.take(bytes[..<count])
    }

    private static func facts(_ path: String) -> (off_t, UInt) {
        var facts = stat()
        return stat(path, &facts) == 0 ? (facts.st_size, UInt(facts.st_ino)) : (0, 0)
    }
}
