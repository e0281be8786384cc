import Contracts
import ServiceKit
import TestSupport
import Testing

@Suite("What ServiceKit decides without a socket", .tags(.small))
struct PureTests {
    private let table = RouteTable<String>([
        (.get, "/v1/a", "list"), (.post, "/v1/a", "make"), (.get, "/v1/a/{id}", "one"),
        (.get, "/v1/a/me", "me"),
        (.get, "/v1/a/{id}/b/{other}", "deep"), (.get, "/v1/f/{path*}", "rest"), (.get, "/", "root"),
    ])

    @Test(
        "finds routes, literal before parameter before rest",
        arguments: [
            ("GET", "/v1/a", "list"), ("POST", "/v1/a", "make"), ("HEAD", "/v1/a", "list"),
            ("GET", "/v1/a/7", "one"),
            ("GET", "/v1/a/me", "me"), ("GET", "/v1/a/me/b/1", "deep"), ("GET", "/v1/f/x/y", "rest"),
            ("GET", "/", "root"),
            ("GET", "/v1/a/", "nothing"), ("GET", "/v1//a", "nothing"), ("GET", "/v1/f", "nothing"),
            ("GET", "/v1/f/", "nothing"), ("GET", "/v2", "nothing"), ("DELETE", "/v1/a", "GET,POST"),
            ("GET", "/v1/a/%F0%28", "malformed"), ("GET", "/v1/a/%00", "malformed"),
        ])
    func routes(method: String, path: String, expected: String) {
        let found =
            switch table.match(method: method, path: path[...]) {
            case .found(let value, _): value
            case .wrongMethod(let allowed): allowed.map(\.rawValue).joined(separator: ",")
            case .nothing: "nothing"
            case .malformed: "malformed"
            }
        #expect(found == expected)
    }

    @Test("decodes what it encodes", arguments: ["", "a", "a b/c?d=e&f", "ü🦉", "%2F", "+~-._"])
    func percentCoding(text: String) {
        #expect(PercentCoding.decode(PercentCoding.encode(text)[...]) == text)
    }

    @Test(
        "reads addresses of peers",
        arguments: [
            ("unix:/run/a.sock", "unix:/run/a.sock"), ("http://127.0.0.1:80", "http://127.0.0.1:80"),
            ("http://[::1]:8080/", "http://[::1]:8080"), ("http://host", "http://host:80"),
            ("https://host", nil),
            ("http://", nil), ("http://h:0", nil), ("http://h:65536", nil), ("http://u@h:1", nil),
            ("unix:a", nil),
        ] as [(String, String?)])
    func addresses(text: String, expected: String?) {
        #expect(PeerAddress(text)?.description == expected)
    }

    @Test("names the variable and the rule of a bad setting")
    func configuration() throws {
        let settings = Configuration(
            service: .auth,
            environment: ["N": "7x", "F": "maybe", "CODECOLLAB_AI_URL": "ftp://x", "EMPTY": ""])
        #expect(throws: ConfigurationFault("N", "expected a whole number from 1 to 9")) {
            try settings.integer("N", in: 1...9, default: 3)
        }
        #expect(throws: ConfigurationFault.self) { try settings.flag("F", default: true) }
        #expect(throws: ConfigurationFault("CODECOLLAB_AI_URL", "expected unix:/path or http://host:port")) {
            try settings.address(of: .ai)
        }
        #expect(try settings.integer("EMPTY", in: 1...9, default: 3) == 3)
        #expect(try settings.address(of: .auth) == .unix(path: "/var/lib/.codecollab/run/auth.sock"))
    }

    @Test(
        "compares entity tags by RFC 9110",
        arguments: [
            ("\"a\"", true), ("\"b\", \"a\"", true), ("*", true), ("a", false), ("W/\"a\"", false),
            ("", false),
        ])
    func entityTags(list: String, isNamed: Bool) {
        #expect(EntityTag("a").isNamed(by: list) == isNamed)
    }

    @Test(
        "encodes base64 as RFC 4648 shows",
        arguments: [("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foobar", "Zm9vYmFy")])
    func base64(text: String, expected: String) {
        #expect(Base64.encode(Array(text.utf8)) == expected)
    }
}
