import CRDTCore

/// Replays a concurrent trace: before each transaction its agent applies exactly what its parents include.
struct ConcurrentSession {
    private let trace: Trace
    private let replicas: [Replica]
    private var seen: [[Bool]]
    private var updates: [[UInt8]]
    private(set) var log = UpdateLog()
    private(set) var localMilliseconds = 0.0

    init(_ trace: Trace) {
        self.trace = trace
        replicas = (0..<trace.agents).map { Replica(client: Trace.client + UInt64($0)) }
        seen = Array(
            repeating: Array(repeating: false, count: trace.transactions.count), count: trace.agents)
        updates = Array(repeating: [], count: trace.transactions.count)
    }

    /// The clock is read only where typing turns into merging: reading it costs as much as an edit.
    mutating func run() throws(EditFault) {
        var typing: Double?
        for (index, transaction) in trace.transactions.enumerated() {
            let missing = missing(for: transaction)
            if !missing.isEmpty, let since = typing {
                localMilliseconds += Cost.cpuMilliseconds - since
                typing = nil
            }
            merge(missing, into: transaction.agent)
            if typing == nil { typing = Cost.cpuMilliseconds }
            updates[index] = try replicas[transaction.agent].edit(
                trace.patches[transaction.patches], trace.text)
            seen[transaction.agent][index] = true
        }
        if let since = typing { localMilliseconds += Cost.cpuMilliseconds - since }
        for update in updates where !update.isEmpty { log.append(update) }
    }

    /// What the parents include and the agent has not got, oldest first.
    private mutating func missing(for transaction: Trace.Transaction) -> [Int] {
        let agent = transaction.agent
        var found: [Int] = []
        var stack = Array(trace.parents[transaction.parents])
        while let next = stack.popLast() {
            if seen[agent][next] { continue }
            seen[agent][next] = true
            found.append(next)
            stack += trace.parents[trace.transactions[next].parents]
        }
        return found.sorted()
    }

    private func merge(_ missing: [Int], into agent: Int) {
        for index in missing where !updates[index].isEmpty {
            let outcome = Result { () throws(UpdateFault) in
                try replicas[agent].apply(updates[index])
            }
            guard case .success = outcome else { preconditionFailure("our own update is refused") }
        }
    }
}
