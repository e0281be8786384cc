import Testing

/// One offence: where, what, and the better way.
struct Finding: Sendable, CustomStringConvertible {
    let path: String
    let line: Int
    let message: String

    var description: String { "\(path):\(line): \(message)" }
}

/// Fails the running test with all offences at once, one per line.
func report(_ findings: [Finding], _ rule: String) {
    guard !findings.isEmpty else { return }
    let list = findings.map(\.description).joined(separator: "\n")
    Issue.record("\(rule): \(findings.count) found\n\(list)")
}
