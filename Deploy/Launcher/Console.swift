import Glibc
import SystemKit

/// What people see: standard output for results, standard error for everything about them.
enum Console {
    /// Whether colours make sense on standard output.
    static var hasColour: Bool { isatty(STDOUT_FILENO) == 1 && getenv("NO_COLOR") == nil }

    /// A line of the result.
    static func say(_ line: String) { write(Array("\(line)\n".utf8), to: STDOUT_FILENO) }

    /// A line about it.
    static func tell(_ line: String) { write(Array("\(line)\n".utf8), to: STDERR_FILENO) }

    /// Bytes as they are.
    static func write(_ bytes: [UInt8], to descriptor: CInt) {
        var start = 0
        while start < bytes.count {
            let written = bytes.withUnsafeBytes {
                Glibc.write(descriptor, $0.baseAddress! + start, bytes.count - start)
            }
            if written == -1 && errno == EINTR { continue }
            guard written > 0 else { return }
            start += written
        }
    }

    /// Columns, each as wide as its widest cell.
    static func table(_ rows: [[String]]) {
        let columns = rows.map(\.count).max() ?? 0
        let widths = (0..<columns).map { column in
            rows.map { column < $0.count ? $0[column].count : 0 }.max() ?? 0
        }
        for row in rows {
            let cells = row.enumerated().map { index, cell in
                index == row.count - 1
                    ? cell : cell + String(repeating: " ", count: widths[index] - cell.count)
            }
            say(cells.joined(separator: "  "))
        }
    }
}

/// How people read sizes and times.
enum Reading {
    static func duration(milliseconds: Int) -> String {
        switch milliseconds {
        case ..<1000: "\(milliseconds) ms"
        case ..<60_000: "\(milliseconds / 1000).\(milliseconds % 1000 / 100) s"
        case ..<3_600_000: "\(milliseconds / 60_000) min"
        default: "\(milliseconds / 3_600_000) h"
        }
    }

    static func bytes(_ count: Int) -> String {
        switch count {
        case ..<10_000: "\(count) B"
        case ..<10_000_000: "\(count / 1000) kB"
        default: "\(count / 1_000_000) MB"
        }
    }
}
