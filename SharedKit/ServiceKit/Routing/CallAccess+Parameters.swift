package import Contracts
internal import NIOHTTP1

extension CallAccess {
    /// A path parameter as the type of the call site.
    /// - Throws: `Problem` (`invalid_request`) naming the rule.
    package func path<Value: WireText>(_ name: String, as: Value.Type = Value.self) throws(Problem) -> Value {
        guard let text = scene.path[name] else {
            preconditionFailure("the route's path has a parameter \(name)")
        }
        return try CallScene.parse(text, "path/\(name)")
    }

    /// A query parameter as the type of the call site, or nil when it is absent.
    /// - Throws: `Problem` (`invalid_request`) naming the rule.
    package func query<Value: WireText>(_ name: String, as: Value.Type = Value.self) throws(Problem) -> Value?
    {
        guard let text = scene.query[name] else { return nil }
        return try CallScene.parse(text, "query/\(name)")
    }

    /// A query parameter out of a fixed set, or nil when it is absent.
    /// - Throws: `Problem` (`invalid_request`) naming the choices.
    package func query<Value: WireEnum>(
        _ name: String, oneOf: Value.Type = Value.self
    ) throws(Problem) -> Value? {
        guard let text = scene.query[name] else { return nil }
        guard let value = Value(rawValue: text) else {
            let choices = Value.allCases.map(\.rawValue).joined(separator: ", ")
            throw CallScene.invalid("query/\(name)", .notAllowed, "expected one of: \(choices)")
        }
        return value
    }

    /// A query parameter as a whole number in `bounds`, or nil when it is absent.
    /// - Throws: `Problem` (`invalid_request`) naming the bounds.
    package func query(_ name: String, in bounds: ClosedRange<Int>) throws(Problem) -> Int? {
        guard let text = scene.query[name] else { return nil }
        guard let value = Int(text), bounds.contains(value) else {
            let rule = "expected a whole number from \(bounds.lowerBound) to \(bounds.upperBound)"
            throw CallScene.invalid("query/\(name)", .outOfRange, rule)
        }
        return value
    }

    /// The client's key for repeating a POST, or nil.
    /// - Throws: `Problem` (`invalid_request`) unless it has 1 to 255 visible ASCII characters.
    package func idempotencyKey() throws(Problem) -> String? {
        guard let key = header("Idempotency-Key") else { return nil }
        return try CallScene.parse(key, "header/Idempotency-Key", as: IdempotencyKey.self).text
    }

    /// How long the client wants to wait for a result (RFC 7240 4.3), or nil; at most what is left of the
    /// deadline.
    ///
    /// Other preferences are none of ours and are skipped, as the RFC asks.
    package func preferredWait() -> Duration? {
        let preferences = scene.request.head.headers[canonicalForm: "prefer"]
        for preference in preferences {
            let parts = preference.split(separator: "=", maxSplits: 1)
            guard parts.count == 2, parts[0].lowercased() == "wait", let seconds = Int(parts[1]), seconds >= 0
            else {
                continue
            }
            return min(.seconds(min(seconds, ContractLimits.waitSeconds)), remaining)
        }
        return nil
    }

    /// The last event that the client has seen, or nil.
    /// - Throws: `Problem` (`invalid_request`) unless it is a number of ours.
    package func lastEventID() throws(Problem) -> Int? {
        guard let text = header("Last-Event-ID") else { return nil }
        return try CallScene.parse(text, "header/Last-Event-ID", as: EventNumber.self).value
    }

    /// A query parameter as it is, or nil when it is absent.
    package func query(text name: String) -> String? { scene.query[name] }

    /// Items of a page, 1 to 100.
    /// - Throws: `Problem` (`invalid_request`).
    package func pageLimit(default fallback: Int = 50) throws(Problem) -> Int {
        try query("limit", in: 1...ContractLimits.pageItems) ?? fallback
    }
}

extension CallScene {
    fileprivate static func parse<Value: WireText>(
        _ text: String, _ pointer: String, as: Value.Type = Value.self
    ) throws(Problem) -> Value {
        do throws(WireFault) {
            return try Value(text)
        } catch {
            throw invalid(pointer, error.code, error.detail)
        }
    }

    static func invalid(_ pointer: String, _ code: WireFault.Code, _ detail: String) -> Problem {
        Problem(
            .invalidRequest, "\(pointer): \(detail)",
            errors: [FieldProblem(pointer: pointer, code: code.rawValue, detail: detail)])
    }
}
