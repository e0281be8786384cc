private import Glibc
package import NIOHTTP1

/// Proxies in front of the gateway whose word on the client's address is believed.
package struct TrustedProxies: Sendable, Equatable {
    /// An address block: its first `bits` bits are those of every address in it.
    private struct Block: Sendable, Equatable {
        let bytes: [UInt8]
        let bits: Int

        func holds(_ address: [UInt8]) -> Bool {
            guard address.count == bytes.count else { return false }
            let whole = bits / 8
            guard address.prefix(whole) == bytes.prefix(whole) else { return false }
            let rest = bits % 8
            return rest == 0 || (address[whole] ^ bytes[whole]) >> UInt8(8 - rest) == 0
        }
    }

    private let blocks: [Block]
    private let trustsUnixSockets: Bool

    /// Nobody is believed.
    package static let none = TrustedProxies(blocks: [], trustsUnixSockets: false)

    private init(blocks: [Block], trustsUnixSockets: Bool) {
        self.blocks = blocks
        self.trustsUnixSockets = trustsUnixSockets
    }

    /// Reads addresses and blocks separated by blanks, e.g. `127.0.0.1 10.0.0.0/8 fd00::/8 unix`; nil when
    /// one of them is neither.
    package init?(_ text: String) {
        var blocks: [Block] = []
        let words = text.split(separator: " ")
        for word in words where word != "unix" {
            guard let block = Self.block(word) else { return nil }
            blocks.append(block)
        }
        self.init(blocks: blocks, trustsUnixSockets: words.contains("unix"))
    }

    /// Who really asks: the last address of `X-Forwarded-For` that is no proxy of ours, when the peer is one.
    package func client(behind peer: String, _ headers: HTTPHeaders) -> String {
        guard trusts(peer) else { return peer }
        let hops = headers[canonicalForm: "x-forwarded-for"].map(String.init)
        // What stands left of the first address we do not trust was written by it, or by nobody we know.
        let known = hops.reversed().prefix { Self.address($0) != nil }
        return known.first { !trusts($0) } ?? known.last ?? peer
    }

    /// Whether a peer is one of the proxies.
    package func trusts(_ peer: String) -> Bool {
        if peer == "unix" { return trustsUnixSockets }
        guard let address = Self.address(peer) else { return false }
        return blocks.contains { $0.holds(address) }
    }

    private static func block(_ text: Substring) -> Block? {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count <= 2, let address = address(String(parts[0])) else { return nil }
        guard parts.count == 2 else { return Block(bytes: address, bits: address.count * 8) }
        guard let bits = Int(parts[1]), (0...address.count * 8).contains(bits) else { return nil }
        return Block(bytes: address, bits: bits)
    }

    /// 4 or 16 bytes; an IPv4 address in IPv6 clothes is an IPv4 address.
    private static func address(_ text: String) -> [UInt8]? {
        var four = in_addr()
        if inet_pton(AF_INET, text, &four) == 1 { return withUnsafeBytes(of: &four) { Array($0) } }
        var six = in6_addr()
        guard inet_pton(AF_INET6, text, &six) == 1 else { return nil }
        let bytes = withUnsafeBytes(of: &six) { Array($0) }
        let isMapped = bytes.prefix(12) == [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF]
        return isMapped ? Array(bytes.suffix(4)) : bytes
    }
}
