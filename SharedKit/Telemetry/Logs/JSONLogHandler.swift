package import Logging
package import SystemKit
private import Tracing

/// Turns log events into JSON lines: time, level, service, message, the trace and request, metadata.
package struct JSONLogHandler: LogHandler {
    /// Metadata of every record of this logger.
    package var metadata: Logger.Metadata = [:]
    /// Records below it are not made.
    package var logLevel: Logger.Level
    /// Metadata that comes from where the code runs.
    package var metadataProvider: Logger.MetadataProvider?
    private let label: String
    private let service: String
    private let clock: WallClock
    private let append: @Sendable ([UInt8]) -> Void

    /// A handler that gives each finished line to `append`.
    package init(
        label: String,
        service: String,
        level: Logger.Level,
        clock: WallClock = .system,
        append: @escaping @Sendable ([UInt8]) -> Void
    ) {
        self.label = label
        self.service = service
        self.clock = clock
        self.append = append
        logLevel = level
    }

    /// One value of the logger's own metadata.
    package subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    /// Writes one record.
    package func log(event: LogEvent) {
        var fields = Self.placeFields()
        if label != service { fields.append(("logger", .text(label))) }
        var all = metadata
        if let provided = metadataProvider?.get() { all.merge(provided) { $1 } }
        if let own = event.metadata { all.merge(own) { $1 } }
        for (name, value) in all.sorted(by: { $0.key < $1.key })
        where !fields.contains(where: { $0.0 == name }) {
            fields.append((name, Self.value(value, under: name)))
        }
        if let error = event.error { fields.append(("err", .text(Self.clean("\(error)")))) }
        let record = LogRecord(
            at: clock.now(),
            level: event.level.rawValue,
            service: service,
            message: Redaction.clean("\(event.message)", limit: Limits.messageBytes),
            fields: fields
        )
        append(record.line)
    }

    private static func placeFields() -> [(String, LogRecord.Value)] {
        guard let context = ServiceContext.current else { return [] }
        var fields: [(String, LogRecord.Value)] = []
        if let trace = context.traceContext {
            fields.append(("trace_id", .text("\(trace.traceID)")))
            fields.append(("span_id", .text("\(trace.spanID)")))
        }
        if let request = context.requestID { fields.append(("request_id", .text(request))) }
        if let session = context.sessionID { fields.append(("session_id", .text(session))) }
        return fields
    }

    private static func value(
        _ value: Logger.Metadata.Value,
        under name: String,
        depth: Int = 0
    ) -> LogRecord.Value {
        if Redaction.hides(name) { return .text(Redaction.mark) }
        switch value {
        case .string(let text): return .text(clean(text))
        case .stringConvertible(let convertible): return .text(clean("\(convertible)"))
        case .array(let values) where depth < Limits.metadataDepth:
            return .list(values.map { self.value($0, under: name, depth: depth + 1) })
        case .dictionary(let members) where depth < Limits.metadataDepth:
            let sorted = members.sorted { $0.key < $1.key }
            return .members(sorted.map { ($0.key, self.value($0.value, under: $0.key, depth: depth + 1)) })
        default: return .text("[nested too deep]")
        }
    }

    private static func clean(_ text: String) -> String { Redaction.clean(text, limit: Limits.valueBytes) }
}
