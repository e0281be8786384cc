import CRDTCore

/// Replays one trace as often as asked and keeps what each phase cost.
struct TraceReplay {
    private let trace: Trace
    private let path: String
    private var costs: [String: [Double]] = [:]
    private var counts: [(name: String, count: Int)] = []
    private(set) var updates = UpdateLog()
    private(set) var state: [UInt8] = []

    init(_ trace: Trace, path: String) throws(BadFile) {
        self.path = path
        self.trace = try trace.inUTF16(path)
    }

    mutating func measure() throws(BadFile) {
        updates = trace.isConcurrent ? try concurrent() : try sequential()
        let document = try remote(updates)
        try check(document)
        state = timed("encode_cpu_ms", times: 9) { document.encode() }
        let snapshot = timed("snapshot_cpu_ms", times: 5) { document.snapshot() }
        try load(state, snapshot)
        counts = [
            ("edits", trace.patches.count), ("updates", updates.count),
            ("updates_bytes", updates.bytes.count), ("encoded_bytes", state.count),
            ("snapshot_bytes", snapshot.count), ("structs", document.structCount),
            ("loaded_bytes", try loadedBytes(state)),
        ]
    }

    /// Everything on one line; the first members are those that the tool promises.
    func report() -> Report {
        var report = Report()
        report.add("text_sha256", text: Digest.hex(trace.endContent))
        let known = Dictionary(uniqueKeysWithValues: counts.map { ($0.name, $0.count) })
        report.add("edits", count: known["edits"] ?? 0)
        let promised = ["local_cpu_ms", "remote_cpu_ms", "load_cpu_ms", "encode_cpu_ms"]
        for name in promised { report.add(name, milliseconds: median(costs[name] ?? [])) }
        for (name, count) in counts where name != "edits" { report.add(name, count: count) }
        report.add("peak_rss_bytes", count: Cost.peakResidentBytes)
        for name in costs.keys.sorted() where !promised.contains(name) {
            report.add(name, milliseconds: median(costs[name] ?? []))
        }
        report.add("state_sha256", text: Digest.hex(state))
        report.add("updates_sha256", text: Digest.hex(updates.framed))
        return report
    }

    // The phases.

    private mutating func sequential() throws(BadFile) -> UpdateLog {
        var log = UpdateLog()
        log.reserve(updates: trace.patches.count + 1)
        let replica = Replica(client: Trace.client)
        var start = Cost.cpuMilliseconds
        try editing { () throws(EditFault) in try replica.replay(trace, into: &log) }
        note("local_cpu_ms", since: start)
        let single = Replica(client: Trace.client)
        start = Cost.cpuMilliseconds
        try editing { () throws(EditFault) in _ = try single.replayAtOnce(trace) }
        note("transaction_cpu_ms", since: start)
        return log
    }

    private mutating func concurrent() throws(BadFile) -> UpdateLog {
        var session = ConcurrentSession(trace)
        try editing { () throws(EditFault) in try session.run() }
        costs["local_cpu_ms", default: []].append(session.localMilliseconds)
        return session.log
    }

    private mutating func remote(_ log: UpdateLog) throws(BadFile) -> Document {
        var document = Document(client: 1)
        let bytes = log.bytes.span
        let start = Cost.cpuMilliseconds
        do {
            for index in 0..<log.count { _ = try document.apply(bytes.extracting(log.range(index))) }
        } catch {
            throw BadFile(path: path, problem: "our own update is refused: \(error)")
        }
        note("remote_cpu_ms", since: start)
        return document
    }

    /// Loads the state and the snapshot several times.
    private mutating func load(_ state: [UInt8], _ snapshot: [UInt8]) throws(BadFile) {
        do {
            for _ in 0..<9 {
                let start = Cost.cpuMilliseconds
                let replica = Replica(client: 1)
                try replica.apply(state)
                let length = replica.length
                note("load_cpu_ms", since: start)
                if length == 0 && !trace.endContent.isEmpty { throw UpdateFault.malformed }
            }
            for _ in 0..<9 {
                let start = Cost.cpuMilliseconds
                let document = try Document(client: 1, snapshot: snapshot.span)
                note("snapshot_load_cpu_ms", since: start)
                if document.structCount == 0 { throw UpdateFault.malformed }
            }
        } catch {
            throw BadFile(path: path, problem: "our own state is refused: \(error)")
        }
    }

    /// What a loaded document holds in all its columns, unused room included.
    private func loadedBytes(_ state: [UInt8]) throws(BadFile) -> Int {
        let replica = Replica(client: 1)
        do { try replica.apply(state) } catch { throw BadFile(path: path, problem: "\(error)") }
        return replica.length > 0 ? replica.memoryBytes : 0
    }

    private func check(_ document: borrowing Document) throws(BadFile) {
        let name = Array("t".utf8)
        guard let root = document.existingRoot(name.span), document.text(root) == trace.endContent else {
            throw BadFile(path: path, problem: "the replay does not end with its endContent")
        }
    }

    private func editing(_ body: () throws(EditFault) -> Void) throws(BadFile) {
        do { try body() } catch { throw BadFile(path: path, problem: "an edit cannot be made: \(error)") }
    }

    private mutating func note(_ name: String, since start: Double) {
        costs[name, default: []].append(Cost.cpuMilliseconds - start)
    }

    private mutating func timed(_ name: String, times: Int, _ body: () -> [UInt8]) -> [UInt8] {
        var bytes: [UInt8] = []
        for _ in 0..<times {
            let start = Cost.cpuMilliseconds
            bytes = body()
            note(name, since: start)
        }
        return bytes
    }
}
