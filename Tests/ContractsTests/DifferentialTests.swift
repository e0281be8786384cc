import Contracts
import Foundation
import Testing

/// Foundation's Codable as an oracle: both must agree on what JSON is and what it says.
@Suite struct DifferentialTests {
    @Test(
        "agrees with Codable on random documents and on random damage to them",
        arguments: [1, 2, 3, 4] as [UInt64])
    func agrees(_ seed: UInt64) throws {
        var random = SplitMix(state: seed)
        for round in 0..<2_000 {
            let document = randomValue(&random, depth: 0)
            let bytes = document.encode()
            #expect(try JSONValue.decode(bytes) == document, "seed \(seed) round \(round)")
            #expect(try Oracle.read(bytes) == document, "seed \(seed) round \(round): \(document.json)")
            compare(damaged(bytes, &random), "seed \(seed) round \(round)")
        }
    }

    /// Whatever we take, Foundation takes as the same value. (It takes more: repeated names, deep nesting.)
    private func compare(_ bytes: [UInt8], _ context: String) {
        guard let ours = try? JSONValue.decode(bytes) else { return }
        let theirs = try? Oracle.read(bytes)
        #expect(
            theirs.map(canonical) == canonical(ours), "\(context): \(String(decoding: bytes, as: UTF8.self))")
    }

    /// Members by name and whole numbers as such: the two things that Codable cannot tell apart.
    private func canonical(_ value: JSONValue) -> JSONValue {
        switch value {
        case .object(let members):
            .object(members.map { JSONMember($0.name, canonical($0.value)) }.sorted { $0.name < $1.name })
        case .array(let elements): .array(elements.map(canonical))
        case .number(let number): Int64(exactly: number).map(JSONValue.integer) ?? value
        default: value
        }
    }

    private func damaged(_ bytes: [UInt8], _ random: inout SplitMix) -> [UInt8] {
        var bytes = bytes
        for _ in 0...Int.random(in: 0...2, using: &random) where !bytes.isEmpty {
            let at = Int.random(in: bytes.indices, using: &random)
            switch Int.random(in: 0..<4, using: &random) {
            case 0: bytes.remove(at: at)
            case 1:
                bytes.insert(
                    Array("{}[]\",:0123456789.eE+-tfn\\ u".utf8).randomElement(using: &random) ?? 0, at: at)
            case 2: bytes[at] = UInt8.random(in: 0...255, using: &random)
            default: bytes.swapAt(at, Int.random(in: bytes.indices, using: &random))
            }
        }
        return bytes
    }

    private func randomValue(_ random: inout SplitMix, depth: Int) -> JSONValue {
        switch Int.random(in: 0..<(depth < 4 ? 9 : 6), using: &random) {
        case 0: return .null
        case 1: return .bool(.random(using: &random))
        case 2: return .integer(Int64.random(in: -1_000_000...1_000_000, using: &random))
        case 3: return .number(Double(Int.random(in: -1000...1000, using: &random)) + 0.5)
        case 4, 5: return .string(randomText(&random))
        case 6, 7:
            return .array(
                (0..<Int.random(in: 0...4, using: &random)).map { _ in randomValue(&random, depth: depth + 1)
                })
        default:
            return .object(
                (0..<Int.random(in: 0...4, using: &random)).map {
                    JSONMember("k\($0)", randomValue(&random, depth: depth + 1))
                })
        }
    }

    private func randomText(_ random: inout SplitMix) -> String {
        let scalars: [Unicode.Scalar] = [
            "a", "é", "数", "😀", "\n", "\"", "\\", "\u{1}", "/", " ", "\u{7F}", "\u{2028}",
        ]
        var text = String.UnicodeScalarView()
        for _ in 0..<Int.random(in: 0...12, using: &random) {
            text.append(scalars.randomElement(using: &random) ?? "a")
        }
        return String(text)
    }
}

/// Steele, Lea and Flood's generator: small, seeded, the same everywhere.
struct SplitMix: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}

/// Any JSON, read by Foundation.
private struct Oracle: Decodable {
    let value: JSONValue

    static func read(_ bytes: [UInt8]) throws -> JSONValue {
        try JSONDecoder().decode(Oracle.self, from: Data(bytes)).value
    }

    private struct Name: CodingKey {
        let stringValue: String
        var intValue: Int? { nil }
        init(stringValue: String) { self.stringValue = stringValue }
        init?(intValue: Int) { nil }
    }

    init(from decoder: any Decoder) throws {
        if let object = try? decoder.container(keyedBy: Name.self) {
            let names = object.allKeys.map(\.stringValue).sorted()
            value = .object(
                try names.map {
                    JSONMember($0, try object.decode(Oracle.self, forKey: Name(stringValue: $0)).value)
                })
            return
        }
        if var list = try? decoder.unkeyedContainer() {
            var elements: [JSONValue] = []
            while !list.isAtEnd { elements.append(try list.decode(Oracle.self).value) }
            value = .array(elements)
            return
        }
        value = try Self.scalar(decoder.singleValueContainer())
    }

    private static func scalar(_ single: any SingleValueDecodingContainer) throws -> JSONValue {
        if single.decodeNil() { return .null }
        if let flag = try? single.decode(Bool.self) { return .bool(flag) }
        if let text = try? single.decode(String.self) { return .string(text) }
        if let whole = try? single.decode(Int64.self) { return .integer(whole) }
        return .number(try single.decode(Double.self))
    }
}
