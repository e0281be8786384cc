private import Contracts
package import SystemKit

/// Makes every line of a service a JSON line: what is one already stays as it is.
package enum LogLine {
    /// The line for the log file.
    /// - Parameter isError: whether it came from standard error, where Swift writes backtraces.
    package static func normalized(
        _ line: [UInt8], service: String, isError: Bool, at now: Timestamp
    ) -> [UInt8] {
        if isObject(line) { return line }
        let text = String(decoding: line, as: UTF8.self)
        return record(
            isError ? "error" : "info", service: service, text, at: now, stream: isError ? "stderr" : "stdout"
        )
    }

    /// A line of our own in the form that services use.
    package static func record(
        _ level: String,
        service: String,
        _ message: String,
        at now: Timestamp,
        stream: String? = nil
    ) -> [UInt8] {
        var members = [
            JSONMember("ts", .string(Instant(milliseconds: now.milliseconds).text)),
            JSONMember("level", .string(level)),
            JSONMember("svc", .string(service)),
            JSONMember("msg", .string(message)),
        ]
        if let stream { members.append(JSONMember("stream", .string(stream))) }
        return JSONValue.object(members).encode()
    }

    private static func isObject(_ line: [UInt8]) -> Bool {
        guard line.first == UInt8(ascii: "{"), line.last == UInt8(ascii: "}") else { return false }
        return ignoring("a line that is no JSON is wrapped") { try JSONValue.decode(line) } != nil
    }
}
