/// Reads traces in the format of josephg/editing-traces, sequential and concurrent.
struct TraceReader {
    private typealias Fault = JSONCursor.Fault
    private var trace = Trace()

    /// - Throws: `BadFile` naming what is wrong and where.
    static func read(_ path: String) throws(BadFile) -> Trace {
        var cursor = JSONCursor(try GzipFile.read(path))
        var reader = TraceReader()
        do {
            try reader.readTrace(&cursor)
            try cursor.end()
        } catch {
            throw BadFile(path: path, problem: "not a trace: \(error.problem) at byte \(error.offset)")
        }
        try reader.check(path)
        return reader.trace
    }

    private mutating func readTrace(_ cursor: inout JSONCursor) throws(Fault) {
        try cursor.object { cursor, name throws(Fault) in
            switch name {
            case "kind": try self.readKind(&cursor)
            case "startContent": try cursor.string(into: &self.trace.startContent)
            case "endContent": try cursor.string(into: &self.trace.endContent)
            case "numAgents": self.trace.agents = try cursor.count()
            case "txns": try cursor.array { cursor throws(Fault) in try self.readTransaction(&cursor) }
            default: try cursor.skip()
            }
        }
    }

    private mutating func readKind(_ cursor: inout JSONCursor) throws(Fault) {
        var kind: [UInt16] = []
        try cursor.string(into: &kind)
        trace.isConcurrent = kind.elementsEqual("concurrent".utf16)
    }

    private mutating func readTransaction(_ cursor: inout JSONCursor) throws(Fault) {
        var agent = 0
        let patches = trace.patches.count
        let parents = trace.parents.count
        try cursor.object { cursor, name throws(Fault) in
            switch name {
            case "agent": agent = try cursor.count()
            case "parents":
                try cursor.array { cursor throws(Fault) in self.trace.parents.append(try cursor.count()) }
            case "patches": try cursor.array { cursor throws(Fault) in try self.readPatch(&cursor) }
            default: try cursor.skip()
            }
        }
        trace.transactions.append(
            Trace.Transaction(
                agent: agent, patches: patches..<trace.patches.count, parents: parents..<trace.parents.count))
    }

    /// `[position, deleted, "inserted"]`.
    private mutating func readPatch(_ cursor: inout JSONCursor) throws(Fault) {
        var numbers: [Int] = []
        let start = trace.text.count
        try cursor.array { cursor throws(Fault) in
            if numbers.count < 2 {
                numbers.append(try cursor.count())
            } else {
                try cursor.string(into: &self.trace.text)
            }
        }
        guard numbers.count == 2 else { throw cursor.fault("a patch is [position, deleted, inserted]") }
        trace.patches.append(
            Trace.Patch(position: numbers[0], deleted: numbers[1], text: start..<trace.text.count))
    }

    /// What a replay relies on, so that it need not look again.
    private func check(_ path: String) throws(BadFile) {
        guard !trace.transactions.isEmpty else { throw BadFile(path: path, problem: "has no transactions") }
        guard (1...10_000).contains(trace.agents) else {
            throw BadFile(path: path, problem: "has \(trace.agents) agents: 1 to 10,000 expected")
        }
        for (index, transaction) in trace.transactions.enumerated() {
            if transaction.agent >= trace.agents {
                throw BadFile(path: path, problem: "transaction \(index) is by unknown agent")
            }
            if trace.parents[transaction.parents].contains(where: { $0 >= index }) {
                throw BadFile(path: path, problem: "transaction \(index) has a parent that comes later")
            }
        }
    }
}
