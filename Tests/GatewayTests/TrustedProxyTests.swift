import GatewayService
import NIOHTTP1
import Testing

@Suite("Proxies in front of the door")
struct TrustedProxyTests {
    private func client(_ trusted: String, peer: String, _ hops: String...) throws -> String {
        let proxies = try #require(TrustedProxies(trusted))
        return proxies.client(behind: peer, HTTPHeaders(hops.map { ("X-Forwarded-For", $0) }))
    }

    @Test("nobody's word counts unless it is configured")
    func distrust() throws {
        #expect(try client("", peer: "127.0.0.1", "9.9.9.9") == "127.0.0.1")
        #expect(try client("10.0.0.0/8", peer: "11.0.0.1", "9.9.9.9") == "11.0.0.1")
        #expect(try client("10.0.0.0/8", peer: "unix", "9.9.9.9") == "unix")
    }

    @Test("the last address that no proxy of ours has is the client; what it wrote itself is not believed")
    func chain() throws {
        #expect(try client("10.0.0.0/8", peer: "10.1.2.3", "9.9.9.9") == "9.9.9.9")
        #expect(try client("10.0.0.0/8", peer: "10.1.2.3", "6.6.6.6, 9.9.9.9, 10.0.0.7") == "9.9.9.9")
        #expect(try client("10.0.0.0/8", peer: "10.1.2.3", "6.6.6.6", "9.9.9.9") == "9.9.9.9")
        #expect(try client("10.0.0.0/8", peer: "10.1.2.3", "9.9.9.9, nonsense") == "10.1.2.3")
        #expect(try client("10.0.0.0/8", peer: "10.1.2.3") == "10.1.2.3")
        #expect(try client("unix 127.0.0.1", peer: "unix", "9.9.9.9") == "9.9.9.9")
        #expect(try client("fd00::/8", peer: "fd00::1", "2001:db8::5") == "2001:db8::5")
        #expect(try client("10.0.0.0/9", peer: "::ffff:10.127.0.1", "9.9.9.9") == "9.9.9.9")
        #expect(try client("10.0.0.0/9", peer: "10.128.0.1", "9.9.9.9") == "10.128.0.1")
    }

    @Test(
        "a setting that is none is refused",
        arguments: ["10.0.0.0/33", "10.0.0", "example.org", "10.0.0.0/", "/8"])
    func settings(_ text: String) { #expect(TrustedProxies(text) == nil) }
}
