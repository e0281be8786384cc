import ArgumentParser

/// `crdt measure growth`.
struct MeasureGrowth: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "growth",
        abstract: "What one of each operation costs in documents of size 1, 10 and 100, in microseconds.",
        discussion: """
            The last column is how many times as much one costs in the largest document as in the \
            smallest: 1 is as good as can be, 100 is linear. Rows "per struct" and the like are divided \
            already.
            """)

    @Option(help: "Edits that make the smallest document; ten and a hundred times as many follow.")
    var edits = 5000
    @Flag(help: "A line of JSON instead of a table.") var json = false

    func run() throws {
        guard edits >= 100 else { throw ValidationError("--edits: at least 100, got \(edits)") }
        var rows = GrowthTable()
        for factor in [1, 10, 100] {
            try GrowingText(edits: edits * factor).measure(into: &rows)
            try GrowingHistory(steps: edits * factor / 5).measure(into: &rows)
            try GrowingCrowd(clients: edits * factor / 50).measure(into: &rows)
        }
        rows.show(asJSON: json)
    }
}

/// Costs by operation, one for each size.
struct GrowthTable {
    private var names: [String] = []
    private var costs: [String: [Double]] = [:]

    /// Runs `body` and notes its processor time, divided among `count`.
    mutating func add<Result>(
        _ name: String, among count: Int, _ body: () throws -> Result
    ) rethrows -> Result {
        let start = Cost.cpuMilliseconds
        let result = try body()
        let cost = (Cost.cpuMilliseconds - start) * 1000 / Double(max(count, 1))
        if costs[name] == nil { names.append(name) }
        costs[name, default: []].append(cost)
        return result
    }

    func show(asJSON: Bool) {
        if asJSON {
            var report = Report()
            for name in names {
                let keys = ["x1", "x10", "x100"]
                for (key, cost) in zip(keys, costs[name] ?? []) {
                    report.add("\(name), \(key)", milliseconds: cost)
                }
            }
            return report.show()
        }
        Console.say(Self.line("us", ["x1", "x10", "x100", "growth"]))
        for name in names {
            let figures = costs[name] ?? []
            let growth = (figures.last ?? 0) / max(figures.first ?? 0, 0.001)
            Console.say(Self.line(name, (figures + [growth]).map(Self.decimals)))
        }
    }

    private static func line(_ name: String, _ cells: [String]) -> String {
        let padded = cells.map { String(repeating: " ", count: max(0, 11 - $0.count)) + $0 }
        return name + String(repeating: " ", count: max(0, 36 - name.count)) + padded.joined()
    }

    private static func decimals(_ value: Double) -> String {
        let hundredths = Int((value * 100).rounded())
        return "\(hundredths / 100)." + String(hundredths % 100 + 100).dropFirst()
    }
}
