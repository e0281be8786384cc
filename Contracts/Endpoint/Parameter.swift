/// A path, query or header parameter.
public struct Parameter: Sendable {
    /// Where it stands.
    public enum Place: String, Sendable {
        case path, query, header
    }

    /// Its name.
    public let name: String
    /// Where it stands.
    public let place: Place
    /// What it holds.
    public let schema: Schema
    /// Whether a request without it is refused.
    public let isRequired: Bool
    /// What it means.
    public let about: String
    /// Whether a header field is a list that may come in several lines (RFC 9110 5.3).
    public var isList: Bool { Self.lists.contains(name) }
    private static let lists: Set<String> = ["Prefer", "If-Match", "If-None-Match", "Accept"]

    /// A path parameter, always required.
    public static func path(_ name: String, _ schema: Schema, _ about: String) -> Parameter {
        Parameter(name: name, place: .path, schema: schema, isRequired: true, about: about)
    }

    /// An optional query parameter.
    public static func query(_ name: String, _ schema: Schema, _ about: String) -> Parameter {
        Parameter(name: name, place: .query, schema: schema, isRequired: false, about: about)
    }

    /// A header parameter.
    public static func header(
        _ name: String, _ schema: Schema, _ about: String, isRequired: Bool = false
    ) -> Parameter {
        Parameter(name: name, place: .header, schema: schema, isRequired: isRequired, about: about)
    }
}

extension Parameter {
    /// Makes a POST safe to repeat.
    public static let idempotencyKey = header(
        "Idempotency-Key", IdempotencyKey.schema,
        "Repeats with the same key and body get the same answer; kept 24 h.")
    /// How long to wait for a result (RFC 7240).
    public static let prefer = header(
        "Prefer", .type("string", [JSONMember("maxLength", 1000), JSONMember("example", "wait=10")]),
        "`wait=N` answers the finished thing if it ends within N seconds (at most 120); others are ignored.")
    /// Where an event stream goes on.
    public static let lastEventID = header(
        "Last-Event-ID", EventNumber.schema,
        "Sends only what came after this event.")
    /// Only if unchanged (RFC 9110 13.1.1).
    public static let ifMatch = header(
        "If-Match", EntityTagList.schema,
        "The ETag the change is based on; 412 if it has moved on.")
    /// How many items.
    public static let limit = query(
        "limit", .type("integer", [JSONMember("minimum", 1), JSONMember("maximum", 100)]),
        "Items of a page, 1 to 100.")
    /// Where the page starts.
    public static let cursor = query(
        "cursor", PageCursor.schema, "Opaque: `next_cursor` of the page before."
    )
}
