import CRDTCore

/// Replays a concurrent trace: before each transaction its agent applies exactly what its parents include.
struct ConcurrentSession {
    private let trace: Trace
    private let replicas: [Replica]
    private var updates: [[UInt8]]
    private(set) var log = UpdateLog()
    private(set) var localMilliseconds = 0.0

    init(_ trace: Trace) {
        self.trace = trace
        replicas = (0..<trace.agents).map { Replica(client: Trace.client + UInt64($0)) }
        updates = Array(repeating: [], count: trace.transactions.count)
    }

    /// Only typing is timed, and what it costs to look at the clock is taken off: as much as an edit.
    mutating func run() throws(EditFault) {
        let missing = schedule()
        var typing: Double?
        var looks = 0.0
        for (index, transaction) in trace.transactions.enumerated() {
            if !missing[index].isEmpty, let since = typing {
                localMilliseconds += Cost.cpuMilliseconds - since
                typing = nil
                looks += 1
            }
            merge(missing[index], into: transaction.agent)
            if typing == nil { typing = Cost.cpuMilliseconds }
            updates[index] = try replicas[transaction.agent].edit(
                trace.patches[transaction.patches], trace.text)
        }
        if let since = typing { localMilliseconds += Cost.cpuMilliseconds - since }
        localMilliseconds -= looks * Cost.ofLooking
        for update in updates where !update.isEmpty { log.append(update) }
    }

    /// For each transaction what its parents include and its agent has not got, oldest first.
    private func schedule() -> [[Int]] {
        var seen = Array(
            repeating: Array(repeating: false, count: trace.transactions.count), count: trace.agents)
        return trace.transactions.enumerated().map { index, transaction in
            let agent = transaction.agent
            var found: [Int] = []
            var stack = Array(trace.parents[transaction.parents])
            while let next = stack.popLast() {
                if seen[agent][next] { continue }
                seen[agent][next] = true
                found.append(next)
                stack += trace.parents[trace.transactions[next].parents]
            }
            seen[agent][index] = true
            return found.sorted()
        }
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
