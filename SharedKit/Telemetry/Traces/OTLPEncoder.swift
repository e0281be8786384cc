private import Contracts

/// Who exports, as OpenTelemetry's resource attributes.
package struct OTLPResource: Sendable {
    /// `service.name`.
    package let service: String
    /// `service.version`.
    package let version: String
    /// `process.pid`.
    package let processID: Int

    /// A process of a service.
    package init(service: String, version: String, processID: Int) {
        self.service = service
        self.version = version
        self.processID = processID
    }
}

/// OTLP/JSON: ids in hex, 64-bit whole numbers as strings, enums as numbers.
package enum OTLPEncoder {
    /// An `ExportTraceServiceRequest` of one resource and one scope.
    package static func encode(_ spans: [FinishedSpan], of resource: OTLPResource) -> [UInt8] {
        var writer = JSONWriter(capacity: 512 * (spans.count + 1))
        writer.raw(#"{"resourceSpans":[{"resource":{"attributes":"#)
        write(
            [
                Attribute(name: "service.name", value: .string("codecollab-\(resource.service)")),
                Attribute(name: "service.namespace", value: .string("codecollab")),
                Attribute(name: "service.version", value: .string(resource.version)),
                Attribute(name: "process.pid", value: .integer(Int64(resource.processID))),
            ],
            to: &writer
        )
        writer.raw(#"},"scopeSpans":[{"scope":{"name":"codecollab"},"spans":"#)
        writer.array(spans) { write($0, to: &$1) }
        writer.raw("}]}]}")
        return writer.bytes
    }

    private static func write(_ span: FinishedSpan, to writer: inout JSONWriter) {
        writer.raw(#"{"traceId":""#)
        writer.raw(Array("\(span.context.traceID)\",\"spanId\":\"\(span.context.spanID)\"".utf8))
        if let parent = span.parent { writer.raw(Array(",\"parentSpanId\":\"\(parent)\"".utf8)) }
        if let state = span.context.state {
            writer.raw(#","traceState":"#)
            writer.string(state)
        }
        writer.raw(#","flags":1,"name":"#)
        writer.string(span.name)
        let times = "\"startTimeUnixNano\":\"\(span.start)\",\"endTimeUnixNano\":\"\(span.end)\""
        writer.raw(Array(",\"kind\":\(number(span.kind)),\(times),\"attributes\":".utf8))
        write(span.attributes, to: &writer)
        writer.raw(#","events":"#)
        writer.array(span.events) { write($0, to: &$1) }
        writer.raw(#","links":"#)
        writer.array(span.links) { link, writer in
            writer.raw(Array("{\"traceId\":\"\(link.traceID)\",\"spanId\":\"\(link.spanID)\"}".utf8))
        }
        writeStatus(span, to: &writer)
    }

    private static func writeStatus(_ span: FinishedSpan, to writer: inout JSONWriter) {
        let code =
            switch span.outcome {
            case .unset: 0
            case .ok: 1
            case .error: 2
            }
        writer.raw(Array(",\"status\":{\"code\":\(code)".utf8))
        if let message = span.outcomeMessage {
            writer.raw(#","message":"#)
            writer.string(message)
        }
        writer.raw("}}")
    }

    private static func write(_ event: FinishedSpan.Event, to writer: inout JSONWriter) {
        writer.raw(Array("{\"timeUnixNano\":\"\(event.at)\",\"name\":".utf8))
        writer.string(event.name)
        writer.raw(#","attributes":"#)
        write(event.attributes, to: &writer)
        writer.raw("}")
    }

    private static func write(_ attributes: [Attribute], to writer: inout JSONWriter) {
        writer.array(attributes) { attribute, writer in
            writer.raw(#"{"key":"#)
            writer.string(attribute.name)
            writer.raw(#","value":"#)
            write(attribute.value, to: &writer)
            writer.raw("}")
        }
    }

    private static func write(_ value: AttributeValue, to writer: inout JSONWriter) {
        switch value {
        case .string(let text):
            writer.raw(#"{"stringValue":"#)
            writer.string(text)
        case .integer(let number): writer.raw(Array("{\"intValue\":\"\(number)\"".utf8))
        case .double(let number):
            writer.raw(#"{"doubleValue":"#)
            writer.double(number)
        case .bool(let truth):
            writer.raw(#"{"boolValue":"#)
            writer.bool(truth)
        case .list(let values):
            writer.raw(#"{"arrayValue":{"values":"#)
            writer.array(values) { write($0, to: &$1) }
            writer.raw("}")
        }
        writer.raw("}")
    }

    private static func number(_ kind: SpanRole) -> Int {
        switch kind {
        case .internal: 1
        case .server: 2
        case .client: 3
        case .producer: 4
        case .consumer: 5
        }
    }
}
