package import Logging

/// How a service tells what it does.
package struct TelemetryConfiguration: Sendable {
    /// Records below this level are not written.
    package var logLevel = Logger.Level.info
    /// The share of new traces that are recorded, 0 to 1; a caller's decision goes before it.
    package var sampleRatio = 1.0
    /// Where finished spans are sent, if anywhere.
    package var collector: CollectorEndpoint?
    /// The release, for `service.version`.
    package var version = "0.1.0"
    /// Where log lines go; a descriptor number, 1 is standard output.
    package var logDescriptor: CInt = 1

    /// The defaults: info, everything sampled, no collector.
    package init() {}

    /// Reads `LOG_LEVEL`, `OTEL_TRACES_SAMPLER_ARG`, `OTEL_EXPORTER_OTLP_ENDPOINT`,
    /// `OTEL_EXPORTER_OTLP_TRACES_ENDPOINT` and `OTEL_EXPORTER_OTLP_HEADERS`.
    /// - Throws: `TelemetryFault` naming the variable that holds something else.
    package init(environment: [String: String]) throws(TelemetryFault) {
        if let text = environment["LOG_LEVEL"] {
            guard let level = Logger.Level(rawValue: text) else {
                let levels = Logger.Level.allCases.map(\.rawValue).joined(separator: ", ")
                throw TelemetryFault(variable: "LOG_LEVEL", expectation: "one of \(levels)")
            }
            logLevel = level
        }
        if let text = environment["OTEL_TRACES_SAMPLER_ARG"] {
            guard let ratio = Double(text), (0...1).contains(ratio) else {
                throw TelemetryFault(variable: "OTEL_TRACES_SAMPLER_ARG", expectation: "a number from 0 to 1")
            }
            sampleRatio = ratio
        }
        collector = try CollectorEndpoint(environment: environment)
    }
}

/// A variable of the environment that cannot be used.
package struct TelemetryFault: Error, Equatable, CustomStringConvertible {
    /// Its name.
    package let variable: String
    /// What it should hold.
    package let expectation: String

    /// A variable and what it should hold.
    package init(variable: String, expectation: String) {
        self.variable = variable
        self.expectation = expectation
    }

    /// For people.
    package var description: String { "\(variable): expected \(expectation)" }
}

/// Where an OTLP/HTTP collector listens.
package struct CollectorEndpoint: Sendable, Equatable {
    /// A name or an address.
    package let host: String
    /// 1 to 65535.
    package let port: Int
    /// The path of the traces signal.
    package let path: String
    /// Header fields that go with each request; they may hold secrets.
    package let headers: [String: String]

    init?(environment: [String: String]) throws(TelemetryFault) {
        let headers = try Self.headers(environment["OTEL_EXPORTER_OTLP_HEADERS"] ?? "")
        if let text = environment["OTEL_EXPORTER_OTLP_TRACES_ENDPOINT"], !text.isEmpty {
            try self.init(text, suffix: "", headers, variable: "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT")
        } else if let text = environment["OTEL_EXPORTER_OTLP_ENDPOINT"], !text.isEmpty {
            try self.init(text, suffix: "/v1/traces", headers, variable: "OTEL_EXPORTER_OTLP_ENDPOINT")
        } else {
            return nil
        }
    }

    private init(
        _ text: String,
        suffix: String,
        _ headers: [String: String],
        variable: String
    ) throws(TelemetryFault) {
        let fault = TelemetryFault(variable: variable, expectation: "http://host[:port][/path]")
        guard text.hasPrefix("http://") else { throw fault }
        let rest = text.dropFirst("http://".count)
        let authority = rest.prefix { $0 != "/" }
        var path = String(rest.dropFirst(authority.count))
        while path.hasSuffix("/") { path.removeLast() }
        let colon = authority.hasSuffix("]") ? nil : authority.lastIndex(of: ":")
        let port = colon.map { Int(authority[authority.index(after: $0)...]) } ?? 4318
        let host = authority[..<(colon ?? authority.endIndex)].filter { $0 != "[" && $0 != "]" }
        guard let port, (1...65535).contains(port), !host.isEmpty, !host.contains("@") else { throw fault }
        self.host = String(host)
        self.port = port
        self.path = path + suffix
        self.headers = headers
    }

    private static func headers(_ text: String) throws(TelemetryFault) -> [String: String] {
        var headers: [String: String] = [:]
        for pair in text.split(separator: ",") {
            let parts = pair.split(separator: "=", maxSplits: 1)
            guard parts.count == 2, !parts[0].isEmpty else {
                throw TelemetryFault(
                    variable: "OTEL_EXPORTER_OTLP_HEADERS",
                    expectation: "name=value,name=value"
                )
            }
            headers[String(parts[0])] = String(parts[1])
        }
        return headers
    }
}
