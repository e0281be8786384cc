import Testing

/// A spelling that the house does not use, and what it uses instead.
struct Ban: Sendable, CustomTestStringConvertible {
    let spelling: String
    let instead: String
    /// Whether tests may use it.
    var allowedInTests = true
    /// Paths that start so may use it, each with its reason.
    var except: [String: String] = [:]

    var testDescription: String { spelling }

    private static let lock = ["SharedKit/SystemKit/Locked.swift": "the lock itself"]

    static let all = [
        Ban(spelling: "try?", instead: "handle it, or `ignoring(\"why\") { try … }`"),
        Ban(spelling: "try!", instead: "throw it on, or prove it with a type"),
        Ban(spelling: "as!", instead: "`as?` and a refusal, or a generic"),
        Ban(
            spelling: "fatalError",
            instead: "`precondition` for our mistakes, a typed error for the outside"
        ),
        Ban(spelling: "print(", instead: "a logger, or the console of the command line"),
        Ban(spelling: "@unchecked Sendable", instead: "`Locked`", allowedInTests: false),
        Ban(spelling: "nonisolated(unsafe)", instead: "`Locked`", allowedInTests: false, except: lock),
        Ban(spelling: "Mutex(", instead: "`Locked`", allowedInTests: false, except: lock),
        Ban(spelling: "Mutex<", instead: "`Locked`", allowedInTests: false, except: lock),
        Ban(spelling: "NIOLockedValueBox", instead: "`Locked`", allowedInTests: false),
        Ban(spelling: "DispatchQueue", instead: "a task, or a `DedicatedThread` for calls that block"),
        Ban(
            spelling: "Task {",
            instead: "a task group or the service's lifecycle",
            except: Allowances.bareTasks
        ),
        Ban(
            spelling: "Task.detached",
            instead: "`@concurrent` or a `DedicatedThread`",
            except: Allowances.bareTasks
        ),
        Ban(spelling: "Thread.sleep", instead: "`Task.sleep`, or a deadline"),
        Ban(spelling: "Date()", instead: "an injected `WallClock`"),
        Ban(spelling: "ProcessInfo", instead: "configuration read once at start"),
        Ban(spelling: "DispatchSemaphore", instead: "`WakeUp`"),
    ]

    func findings(in text: SourceText) -> [Finding] {
        guard text.isSwift, !(text.isTest && allowedInTests) else { return [] }
        guard !except.keys.contains(where: text.path.hasPrefix) else { return [] }
        let needle = Array(spelling.utf8)
        return text.code.indices.filter { text.code[$0].holdsWord(needle) }.map {
            Finding(path: text.path, line: $0 + 1, message: "`\(spelling)` is banned: use \(instead)")
        }
    }
}

extension [UInt8] {
    /// Whether `needle` occurs, not as the end of a longer name.
    func holdsWord(_ needle: [UInt8]) -> Bool {
        guard count >= needle.count else { return false }
        return (0...count - needle.count).contains { start in
            self[start] == needle[0] && self[start..<start + needle.count].elementsEqual(needle)
                && (start == 0 || !self[start - 1].isNamePart || !needle[0].isNamePart)
        }
    }
}

extension UInt8 {
    /// Letters, digits and underscores.
    var isNamePart: Bool {
        (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(self | 0x20)
            || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(self) || self == UInt8(ascii: "_")
    }
}
