private import Glibc
private import SystemKit

/// The place of one service in a running fleet: its sockets and log, which stay, and its process, which comes
/// and goes.
final class ServiceSlot {
    let service: ServiceDescription
    let port: Int
    let log: ServiceLog
    private(set) var process: ServiceProcess?
    /// How its last life ended.
    private(set) var lastEnd: String?
    /// Called once with nil when the service is ready again, or with the reason why it will not be.
    var waiters: [(String?) -> Void] = []

    private var tcp: ListeningSocket?
    private var unix: ListeningSocket?
    private let loop: EventLoop

    init(_ service: ServiceDescription, plan: FleetPlan, loop: EventLoop, echo: (([UInt8]) -> Void)?) throws {
        self.service = service
        self.loop = loop
        port = plan.port(of: service)
        tcp = try Self.listen(port, for: service.name)
        unix = try ListeningSocket.unix(plan.home.socket(service.name))
        log = try ServiceLog(service: service.name, path: plan.home.log(service.name), echo: echo)
    }

    private static func listen(_ port: Int, for service: String) throws -> ListeningSocket {
        do throws(SystemFailure) {
            return try ListeningSocket.tcp(port: port)
        } catch {
            guard error.errno == EADDRINUSE else { throw error }
            let holder = ProcessTable.listener(onPort: port).map { "pid \($0.pid) (\($0.command))" }
            throw FleetFault(
                "port \(port) of \(service) is held by \(holder ?? "a connection or a hidden process"): "
                    + "stop it, or move the fleet with CODECOLLAB_PORT_BASE")
        }
    }

    /// Starts a new life of the service.
    func start(_ request: SpawnRequest, generation: Int) throws {
        var request = request
        request.sockets = []
        if let tcp { request.sockets.append(("tcp", tcp.number)) }
        if let unix { request.sockets.append(("unix", unix.number)) }
        process = try ServiceProcess(request, generation: generation, log: log, loop: loop)
    }

    /// Takes nothing new: the next connection is refused instead of queued.
    func closeSockets() {
        tcp = nil
        unix = nil
    }

    /// The process has ended; gives what it wrote last on standard error.
    func end(_ status: ExitStatus) throws -> String {
        lastEnd = status.description
        try process?.drain()
        process?.killGroup()
        process = nil
        return try log.finish()
    }

    /// Tells everybody who waits how the restart went.
    func answer(_ refusal: String?) {
        let waiting = waiters
        waiters = []
        for waiter in waiting { waiter(refusal) }
    }
}

/// One life of a service.
final class ServiceProcess {
    let pid: CInt
    let generation: Int
    let startedAt: Duration
    /// The question that is open, or nil.
    var probe: HealthProbe?
    /// Answers missed in a row.
    var missedAnswers = 0
    private var streams: [(descriptor: CInt, isError: Bool)] = []
    private let log: ServiceLog
    private let loop: EventLoop

    init(_ request: SpawnRequest, generation: Int, log: ServiceLog, loop: EventLoop) throws {
        self.generation = generation
        self.log = log
        self.loop = loop
        var request = request
        let output = try Pipe(blocks: false)
        let error = try Pipe(blocks: false)
        request.output = output.writeEnd.number
        request.error = error.writeEnd.number
        pid = try request.start()
        startedAt = loop.now
        streams = [(output.takeReadEnd().release(), false), (error.takeReadEnd().release(), true)]
        for stream in streams { loop.watch(stream.descriptor) { [weak self] in self?.read(stream) } }
    }

    deinit {
        for stream in streams { forget(stream.descriptor) }
    }

    /// Sends a signal to the process alone, which passes on what its children need to know.
    func signal(_ number: CInt) { kill(pid, number) }

    /// Ends the process with a backtrace; a stopped one is woken, or it would not notice.
    func abort() {
        kill(pid, SIGABRT)
        kill(pid, SIGCONT)
    }

    /// Ends the process and everything in its group.
    func killGroup() { kill(-pid, SIGKILL) }

    /// Reads what is left in its pipes.
    func drain() throws {
        for stream in streams {
            while let bytes = chunk(stream.descriptor) { try log.take(bytes, isError: stream.isError) }
        }
    }

    private func read(_ stream: (descriptor: CInt, isError: Bool)) {
        guard let bytes = chunk(stream.descriptor) else { return }
        if bytes.isEmpty { return forget(stream.descriptor) }
        ignoring("a full disk must not end the fleet") { try log.take(bytes, isError: stream.isError) }
    }

    /// What can be read now: nil for nothing, empty at the end of the stream.
    private func chunk(_ descriptor: CInt) -> [UInt8]? {
        var buffer = [UInt8](repeating: 0, count: 64 * 1024)
        let count = Glibc.read(descriptor, &buffer, buffer.count)
        if count == 0 && !streams.contains(where: { $0.descriptor == descriptor }) { return nil }
        if count == 0 {
            forget(descriptor)
            return nil
        }
        return count > 0 ? Array(buffer[..<count]) : nil
    }

    private func forget(_ descriptor: CInt) {
        guard let index = streams.firstIndex(where: { $0.descriptor == descriptor }) else { return }
        streams.remove(at: index)
        loop.forget(descriptor)
        close(descriptor)
    }
}
