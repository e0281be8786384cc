import Glibc

/// One JSON object on one line, members in the order in which they were added.
struct Report {
    private var members: [String] = []

    mutating func add(_ name: String, text: String) { members.append("\"\(name)\": \"\(text)\"") }
    mutating func add(_ name: String, count: Int) { members.append("\"\(name)\": \(count)") }
    mutating func add(_ name: String, holds: Bool) { members.append("\"\(name)\": \(holds)") }

    /// Three decimals.
    mutating func add(_ name: String, milliseconds: Double) {
        let thousandths = Int((milliseconds * 1000).rounded())
        let fraction = String(thousandths % 1000 + 1000).dropFirst()
        members.append("\"\(name)\": \(thousandths / 1000).\(fraction)")
    }

    /// Writes it to standard output.
    func show() { Console.say("{\(members.joined(separator: ", "))}") }
}

/// Results go to standard output, words about them to standard error.
enum Console {
    static func say(_ line: String) { write("\(line)\n", to: STDOUT_FILENO) }
    static func tell(_ line: String) { write("crdt: \(line)\n", to: STDERR_FILENO) }

    private static func write(_ text: String, to descriptor: CInt) {
        var left = Array(text.utf8)[...]
        while !left.isEmpty {
            let count = left.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
            if count < 0 && errno == EINTR { continue }
            guard count > 0 else { return }
            left.removeFirst(count)
        }
    }
}
