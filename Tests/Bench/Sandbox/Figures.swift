import Glibc
import SystemKit

/// What a bench has measured, in milliseconds.
struct Figures {
    private var values: [Double] = []

    mutating func add(_ value: Double) { values.append(value) }

    func quantile(_ part: Double) -> Double {
        let sorted = values.sorted()
        return sorted.isEmpty ? .nan : sorted[min(Int(Double(sorted.count) * part), sorted.count - 1)]
    }

    var median: Double { quantile(0.5) }
    var worst: Double { values.max() ?? .nan }
    var count: Int { values.count }

    /// Times `body` and adds it.
    mutating func time(_ body: () async throws -> Void) async rethrows {
        let begun = monotonicNanoseconds()
        try await body()
        add(Double(monotonicNanoseconds() - begun) / 1e6)
    }
}

func rounded(_ value: Double, _ digits: Int = 2) -> String {
    var text = [CChar](repeating: 0, count: 64)
    _ = withVaList([value]) { vsnprintf(&text, 64, "%.\(digits)f", $0) }
    return String(decoding: text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
}

func row(_ name: String, _ columns: [String]) {
    let cells = columns.map { String(repeating: " ", count: max(10 - $0.count, 1)) + $0 }
    print(name + String(repeating: " ", count: max(34 - name.count, 1)) + cells.joined())
    fflush(nil)
}

/// One line against a bar.
func verdict(_ name: String, _ value: Double, atMost bar: Double, _ unit: String = "") {
    row(name, [rounded(value) + unit, "<= \(rounded(bar))\(unit)", value <= bar ? "met" : "MISSED"])
}
func verdict(_ name: String, _ value: Double, atLeast bar: Double, _ unit: String = "") {
    row(name, [rounded(value) + unit, ">= \(rounded(bar))\(unit)", value >= bar ? "met" : "MISSED"])
}
