import CZlib
import FoundationEssentials
import Glibc

/// A session recorded with Yjs.
struct GoldenSession: Decodable {
    struct Expected: Decodable {
        let t: String
        let tl: Int
        let a: JSONValue
        let m: JSONValue
    }

    let order: [Hex]
    let shuf: [Int]
    let json: Expected
    let sv: Hex
    let full: Hex
    let shufFull: Hex
    let hsv: Hex
    let diff: Hex
    let merged: Hex
    let serverUpd: [Hex]

    /// Sessions without formatting: with it, an editing Yjs also deletes marks that became redundant.
    static let plain = ["fuzz-1", "fuzz-2", "fuzz-3", "fuzz-4"]
    static let all = plain + ["fuzz-11", "fuzz-12"]

    static func named(_ name: String) throws -> GoldenSession { try decode(GoldenSession.self, name) }

    /// The session's state in version 2 of the format.
    static func version2(_ name: String) throws -> [UInt8] {
        try decode([String: Hex].self, "version-2")[name]?.bytes ?? []
    }

    private static func decode<T: Decodable>(
        _ type: T.Type, _ name: String, file: StaticString = #filePath
    ) throws -> T {
        let folder = "\(file)".split(separator: "/").dropLast().joined(separator: "/")
        let json = try inflate("/\(folder)/Golden/\(name).json.gz")
        return try JSONDecoder().decode(type, from: Data(json))
    }
}

/// Any JSON, to be compared.
enum JSONValue: Decodable, Equatable {
    case null, bool(Bool), number(Double), string(String), array([JSONValue]), object([String: JSONValue])

    init(from decoder: any Decoder) throws {
        let value = try decoder.singleValueContainer()
        if value.decodeNil() {
            self = .null
        } else if let bool = try? value.decode(Bool.self) {
            self = .bool(bool)
        } else if let number = try? value.decode(Double.self) {
            self = .number(number)
        } else if let string = try? value.decode(String.self) {
            self = .string(string)
        } else if let array = try? value.decode([JSONValue].self) {
            self = .array(array)
        } else {
            self = .object(try value.decode([String: JSONValue].self))
        }
    }

    init(_ json: [UInt8]) throws { self = try JSONDecoder().decode(JSONValue.self, from: Data(json)) }
}

/// Bytes written as hexadecimal digits.
struct Hex: Decodable {
    let bytes: [UInt8]

    init(from decoder: any Decoder) throws {
        let digits = Array(try decoder.singleValueContainer().decode(String.self).utf8)
        bytes = stride(from: 0, to: digits.count - 1, by: 2).map {
            Hex.value(digits[$0]) << 4 | Hex.value(digits[$0 + 1])
        }
    }

    private static func value(_ digit: UInt8) -> UInt8 { digit < 0x3A ? digit - 0x30 : digit - 0x57 }
}

struct Unreadable: Error {
    let path: String
}

/// The content of a gzip file.
func inflate(_ path: String) throws -> [UInt8] {
    guard let file = gzopen(path, "rb") else { throw Unreadable(path: path) }
    defer { gzclose(file) }
    var content: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 1 << 16)
    while true {
        let count = gzread(file, &buffer, 1 << 16)
        guard count >= 0 else { throw Unreadable(path: path) }
        if count == 0 { return content }
        content += buffer[..<Int(count)]
    }
}
