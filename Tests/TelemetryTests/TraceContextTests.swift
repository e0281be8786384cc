import Telemetry
import Testing

@Suite struct TraceContextTests {
    private static let trace = "0af7651916cd43dd8448eb211c80319c"
    private static let span = "b7ad6b7169203331"

    @Test("reads what it writes", arguments: [true, false])
    func roundTrip(isSampled: Bool) throws {
        let context = TraceContext.root(isSampled: isSampled)
        #expect(TraceContext(traceparent: context.traceparent) == context)
        #expect(context.traceparent.utf8.count == 55)
    }

    @Test(
        "accepts the allowed forms of traceparent",
        arguments: [
            "00-\(trace)-\(span)-01", "00-\(trace)-\(span)-00", "00-\(trace)-\(span)-ff",
            "cc-\(trace)-\(span)-01",
            "cc-\(trace)-\(span)-01-what-the-future-brings", "01-\(trace)-\(span)-03",
        ]
    )
    func accepts(text: String) throws {
        let context = try #require(TraceContext(traceparent: text))
        #expect("\(context.traceID)" == Self.trace)
        #expect("\(context.spanID)" == Self.span)
    }

    @Test(
        "refuses every other form of traceparent",
        arguments: [
            "", "00", "00-\(trace)-\(span)", "00-\(trace)-\(span)-1", "00-\(trace)-\(span)-01-",
            "ff-\(trace)-\(span)-01",
            "00-\(trace)-\(span)-01-more", "cc-\(trace)-\(span)-01.more", "0g-\(trace)-\(span)-01",
            "00-\(trace.uppercased())-\(span)-01", "00-\(trace)-\(span.uppercased())-01",
            " 00-\(trace)-\(span)-01",
            "00-\(trace)-\(span)-01 ", "00-00000000000000000000000000000000-\(span)-01",
            "00-\(trace)-0000000000000000-01", "00_\(trace)_\(span)_01", "00-\(trace.dropLast())-\(span)0-01",
            "00-\(trace)-\(span)-0x", "00-\(trace.dropLast())g-\(span)-01", "00-\(trace)-\(span)-0é",
        ]
    )
    func refuses(text: String) {
        #expect(TraceContext(traceparent: text) == nil)
    }

    @Test(
        "carries a valid tracestate",
        arguments: [
            "a=1", "rojo=00f067aa0ba902b7,congo=t61rcWkgMzE", "a=1, b=2", "a=1,,b=2", "0tenant@sys=x y",
            "a_-*/=~!",
            "a=\(String(repeating: "v", count: 256))",
        ]
    )
    func validState(state: String) throws {
        let context = TraceContext(traceparent: "00-\(Self.trace)-\(Self.span)-01", tracestate: state)
        #expect(try #require(context).state == state)
    }

    @Test(
        "drops an invalid tracestate and keeps the trace",
        arguments: [
            "", ",", "a", "=1", "a=", "A=1", "a=1,a=2", "1a=1", "a@b@c=1", "a=b=c", "a=\u{7f}", "a=é", "a =1",
            "a=\(String(repeating: "v", count: 257))", "t@\(String(repeating: "s", count: 15))=1",
            (0..<33).map { "k\($0)=1" }.joined(separator: ","), String(repeating: "a=1,", count: 200),
        ]
    )
    func invalidState(state: String) throws {
        let context = TraceContext(traceparent: "00-\(Self.trace)-\(Self.span)-01", tracestate: state)
        #expect(try #require(context).state == nil)
    }
}
