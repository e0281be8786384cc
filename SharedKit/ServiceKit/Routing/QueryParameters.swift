internal import Contracts

/// The query of a request: each name once, each declared by the route.
struct QueryParameters: Sendable {
    private let all: [(name: String, value: String)]

    /// Splits and decodes a query.
    /// - Throws: `Problem` (`invalid_request`) naming the parameter that is unknown, repeated or broken.
    init(_ query: Substring, of route: Route) throws(Problem) {
        var all: [(name: String, value: String)] = []
        for pair in query.split(separator: "&") {
            let (name, value) = try Self.decode(pair)
            guard route.parameters.contains(where: { $0.place == .query && $0.name == name }) else {
                if !route.dialect.refusesUnknown { continue }
                throw Self.problem(name, "unknown_field", "the endpoint has no such query parameter")
            }
            guard !all.contains(where: { $0.name == name }) else {
                throw Self.problem(name, "duplicate_field", "the parameter comes twice")
            }
            all.append((name, value))
        }
        self.all = all
    }

    private static func decode(_ pair: Substring) throws(Problem) -> (String, String) {
        let parts = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
        let value = parts.count == 2 ? parts[1] : ""
        let spaced = value.contains("+") ? Substring(value.map { $0 == "+" ? " " : $0 }) : value
        guard let name = PercentCoding.decode(parts[0]), let text = PercentCoding.decode(spaced) else {
            throw Problem(.malformedRequest, "the query is not valid percent-encoded UTF-8")
        }
        return (name, text)
    }

    private static func problem(_ name: String, _ code: String, _ detail: String) -> Problem {
        Problem(
            .invalidRequest, "query/\(name): \(detail)",
            errors: [FieldProblem(pointer: "query/\(name)", code: code, detail: detail)])
    }

    subscript(name: String) -> String? { all.first { $0.name == name }?.value }
}
