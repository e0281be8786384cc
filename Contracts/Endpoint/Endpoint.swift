/// An HTTP request method that our contracts use.
public enum HTTPMethod: String, Sendable, CaseIterable {
    case get = "GET", post = "POST", put = "PUT", patch = "PATCH", delete = "DELETE"
}

/// The eight services.
public enum ServiceName: String, WireEnum {
    case gateway, auth, session, collab, ai, compiler, executor, profiler

    /// The port it has on a newcomer's machine; only the gateway's is public.
    public var defaultPort: Int {
        switch self {
        case .gateway: 8080
        case .auth: 8101
        case .session: 8102
        case .collab: 8103
        case .ai: 8104
        case .compiler: 8105
        case .executor: 8106
        case .profiler: 8107
        }
    }
}

/// What an identity may do.
public enum Scope: String, WireEnum {
    case sessionsRead = "sessions:read"
    case sessionsWrite = "sessions:write"
    case filesRead = "files:read"
    case filesWrite = "files:write"
    case run, collab, ai, profile, admin
}

/// Who may call.
public enum Access: Hashable, Sendable {
    /// Anybody, without identity.
    case open
    /// An identity with the scope, if one is named.
    case identified(Scope?)
    /// Only our own services; the gateway does not route it.
    case fleet
}

/// Whether a call may be made again when its answer got lost.
public enum Repeatability: Sendable {
    /// Changes nothing (RFC 9110 9.2.1).
    case safe
    /// Twice is once (RFC 9110 9.2.2).
    case idempotent
    /// Twice is once when the caller sends an `Idempotency-Key`.
    case keyed
    /// Never repeated.
    case once
}

/// What a request or an answer carries.
public enum Payload: Sendable {
    /// Nothing.
    case none
    /// One JSON value of the schema.
    case json(Schema)
    /// Server-sent events whose data is the schema.
    case events(Schema)
    /// One JSON value of the schema, under a media type of its own.
    case document(mediaType: String, Schema)
    /// Bytes of a media type.
    case bytes(mediaType: String)
    /// Whichever of these the client asks for, or the thing is; the first unless asked.
    case choice([Payload])
    /// The connection becomes a WebSocket.
    case webSocket
}

/// Everything about an endpoint but its Swift types: what routers, gateways and documents read.
public struct Route: Sendable {
    /// `area.verb`, unique; the OpenAPI operationId.
    public let name: String
    /// Who serves it.
    public let service: ServiceName
    /// The method.
    public let method: HTTPMethod
    /// The path, with `{name}` for parameters; `{name*}` takes the rest.
    public let path: String
    /// Who may call.
    public let access: Access
    /// What it does, one line.
    public let summary: String
    /// What goes in.
    public let request: Payload
    /// What comes out.
    public let response: Payload
    /// The status of success.
    public let status: Int
    /// Path, query and header parameters.
    public let parameters: [Parameter]
    /// The kinds of problems it answers beside those that every endpoint may.
    public let problems: [ProblemCode]
    /// Whether it may be called again.
    public let repeatability: Repeatability
    /// How long it may take at most; streams end then too.
    public let timeout: Duration
    /// Bytes of the request body, at most.
    public let bodyLimit: Int
    /// A request body for documents and tests, JSON.
    public let example: String?
    /// In whose words it speaks.
    public let dialect: Dialect

    /// Segments of the path.
    public var segments: [Substring] { path.split(separator: "/") }
}

/// An endpoint: its route and the Swift types that go in and out.
public struct Endpoint<Request: Wire, Response: Wire>: Sendable {
    /// The data.
    public let route: Route

    /// Declares an endpoint; every endpoint of the fleet is one static value of this type.
    /// - Parameters:
    ///   - answers: `.events` when `Response` is the data of server-sent events, `.json` (nil) otherwise.
    ///   - timeout: of the whole call.
    public init(
        _ name: String, of service: ServiceName, _ method: HTTPMethod, _ path: String, access: Access,
        _ summary: String, answers: Payload? = nil, status: Int? = nil, takes: Payload? = nil,
        parameters: [Parameter] = [], problems: [ProblemCode] = [], repeatability: Repeatability? = nil,
        timeout: Duration = .seconds(30), bodyLimit: Int = ContractLimits.bodyBytes, example: String? = nil,
        dialect: Dialect = .own
    ) {
        let keyed = method == .post && repeatability == nil
        let response = answers ?? (Response.self == Nothing.self ? .none : .json(Response.schema))
        route = Route(
            name: name, service: service, method: method, path: path, access: access, summary: summary,
            request: takes ?? (Request.self == Nothing.self ? .none : .json(Request.schema)),
            response: response,
            status: status ?? (Response.self == Nothing.self && answers == nil ? 204 : 200),
            parameters: parameters + (keyed && access != .fleet ? [.idempotencyKey] : []), problems: problems,
            repeatability: repeatability ?? Self.natural(method), timeout: timeout, bodyLimit: bodyLimit,
            example: example, dialect: dialect)
    }

    private static func natural(_ method: HTTPMethod) -> Repeatability {
        switch method {
        case .get: .safe
        case .put, .delete: .idempotent
        case .post: .keyed
        case .patch: .once
        }
    }
}

/// One page of a list.
public struct Page<Item: Wire>: WireObject {
    /// The items, at most `limit`.
    public var items: [Item] = []
    /// The next page's cursor, absent on the last page.
    public var nextCursor: String?

    /// For reading.
    public init() {}

    /// A page.
    public init(items: [Item], nextCursor: String?) {
        self.items = items
        self.nextCursor = nextCursor
    }

    /// items, next_cursor.
    public static var fields: Fields<Page> {
        Fields(field("items", \.items), field("next_cursor", \.nextCursor))
    }

    /// `SessionPage` for a page of sessions.
    public static var schemaName: String { "\(Item.self)Page" }
}
