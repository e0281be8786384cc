internal import Credentials
private import Glibc
private import SystemKit

/// The secrets of one installation: made once, kept in a file that only the owner may read, never printed.
package struct Secrets: Sendable {
    private var values: [String: String]

    private static let secretBytes = 32

    /// Reads the file and adds the secrets of `names` that it lacks, 32 random bytes in hex each.
    /// - Throws: `FleetFault` when others may read the file, `SystemFailure` when it cannot be written.
    package init(file: String, names: Set<String>) throws {
        values = try Self.read(file)
        let missing = names.filter { values[$0] == nil }
        for name in missing.sorted() { values[name] = Self.hex(randomBytes(Self.secretBytes)) }
        if !missing.isEmpty { try FileBytes.replace(file, with: Array(text.utf8)) }
    }

    /// The secrets called `names`, as variables.
    package func variables(_ names: [String]) -> [String: String] {
        values.filter { names.contains($0.key) }
    }

    /// The secret called `name`.
    func key(_ name: String) -> Secret? { values[name].flatMap { Secret(hex: $0) } }

    /// Replaces the secret of every name by a new one.
    package static func rotate(file: String) throws {
        let names = try Set(read(file).keys)
        try FileBytes.replace(file, with: [])
        _ = try Secrets(file: file, names: names)
    }

    private var text: String {
        values.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)\n" }.joined()
    }

    private static func read(_ file: String) throws -> [String: String] {
        var facts = stat()
        guard stat(file, &facts) == 0 else { return [:] }
        guard facts.st_mode & 0o077 == 0 else {
            throw FleetFault("others may read \(file): chmod 600 it, then rotate")
        }
        guard let text = readText(file) else { throw SystemFailure(call: "read \(file)", errno: EACCES) }
        let pairs = text.split(separator: "\n").map { $0.split(separator: "=", maxSplits: 1) }
        guard pairs.allSatisfy({ $0.count == 2 }) else {
            throw FleetFault("\(file) is damaged: remove it or restore it")
        }
        return Dictionary(pairs.map { (String($0[0]), String($0[1])) }) { $1 }
    }

    private static func hex(_ bytes: [UInt8]) -> String {
        bytes.map { byte in (byte < 16 ? "0" : "") + String(byte, radix: 16) }.joined()
    }
}
