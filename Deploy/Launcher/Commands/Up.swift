import ArgumentParser
import Contracts
import Glibc
import Supervision
import SystemKit

/// `codecollab up`: starts the supervisor in a session of its own and waits until all services are ready.
struct Up: ParsableCommand {
    private enum CodingKeys: CodingKey {
        case options, detach, timeout
    }

    static let configuration = CommandConfiguration(
        abstract: "Start the fleet and wait until all services are ready.",
        usage: """
            codecollab up
            codecollab up --no-detach            stay in the foreground and show the logs
            codecollab up --port-base 9000       a second fleet beside the first: give it a home, too
            """)

    private static let hopelessCrashes = 3
    private var crashes: [String: Int] = [:]

    @OptionGroup var options: FleetOptions
    @Flag(inversion: .prefixedNo, help: "Return when all services are ready.") var detach = true
    @Option(help: "Seconds after which to give up waiting.") var timeout = 60

    mutating func run() throws {
        let installation = try Installation(options)
        if let state = installation.state, installation.isRunning(state) {
            Console.tell("the fleet is running already, supervisor pid \(state.pid)")
            return Console.say(state.url)
        }
        guard detach else { return try Supervise.supervise(installation, news: nil, echoesLogs: true) }
        try Directories.make(installation.home.path)
        try follow(try startSupervisor(installation), installation)
    }

    /// Starts `codecollab supervise` detached, with the write end of a pipe for its news as descriptor 3.
    private func startSupervisor(_ installation: Installation) throws -> FD {
        let news = try Pipe(blocks: true)
        let output = try check("open") {
            open("\(installation.home.path)/supervisor.out", O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
        }
        defer { close(output) }
        var request = SpawnRequest(program: "\(installation.programs)/codecollab")
        request.arguments = ["supervise", "--home", installation.home.path, "--news", "3"]
        if let base = installation.portBase { request.arguments += ["--port-base", "\(base)"] }
        request.environment = installation.environment
        request.sockets = [("news", news.writeEnd.number)]
        request.output = output
        request.error = output
        request.directory = "/"
        request.diesWithUs = false
        request.ownSession = true
        _ = try request.start()
        return news.takeReadEnd()
    }

    private mutating func follow(_ news: consuming FD, _ installation: Installation) throws {
        var splitter = LineSplitter()
        var chunk = [UInt8](repeating: 0, count: 4096)
        let deadline = monotonicNanoseconds() + UInt64(timeout) * 1_000_000_000
        while true {
            let number = news.number
            try wait(for: number, until: deadline)
            let count = try check("read") { read(number, &chunk, chunk.count) }
            guard count > 0 else { break }
            for line in splitter.take(chunk[..<count]) where try show(FleetProgress.decode(line)) {
                return
            }
        }
        let output = readText("\(installation.home.path)/supervisor.out") ?? ""
        throw FleetFault("the supervisor ended before the fleet was ready\n\(output)")
    }

    private func wait(for descriptor: CInt, until deadline: UInt64) throws {
        let now = monotonicNanoseconds()
        var request = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
        let left = deadline > now ? CInt(clamping: (deadline - now) / 1_000_000) : 0
        guard try check("poll", { poll(&request, 1, left) }) > 0 else {
            throw FleetFault("not all services are ready after \(timeout) s: codecollab ps, codecollab logs")
        }
    }

    private mutating func showCrash(_ news: FleetProgress) throws {
        let name = news.service ?? "?"
        Console.tell("  \(name) ended by itself: \(news.detail ?? "?")")
        crashes[name, default: 0] += 1
        guard crashes[name, default: 0] >= Self.hopelessCrashes else { return }
        throw FleetFault(
            "\(name) does not come up (\(news.detail ?? "?")): see codecollab logs --service \(name); "
                + "the supervisor goes on trying until codecollab down")
    }

    /// Shows one piece of news; true with the last.
    private mutating func show(_ news: FleetProgress) throws -> Bool {
        let time = news.milliseconds.map(Reading.duration) ?? ""
        switch news.kind {
        case .ready: Console.tell("  \(news.service ?? "?") is ready (\(time))")
        case .crashed: try showCrash(news)
        case .booted:
            Console.tell("all services are ready after \(time)")
            Console.say(news.detail ?? "")
            return true
        case .refused: throw FleetFault(news.detail ?? "the fleet could not be started")
        case .gaveUp:
            let name = news.service ?? "?"
            throw FleetFault(
                "\(name) does not stay up (\(news.detail ?? "?")): codecollab logs --service \(name); "
                    + "the others run on until codecollab down")
        case .stopped: break
        }
        return false
    }
}
