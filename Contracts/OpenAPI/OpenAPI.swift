/// The OpenAPI 3.1 document of a set of routes; it says exactly what routers and readers enforce.
public enum OpenAPI {
    /// The document.
    /// - Parameters:
    ///   - routes: what is served; those for the fleet only are left out.
    ///   - server: the public base URL.
    public static func document(for routes: [Route], version: String, server: String = "/") -> JSONValue {
        let open = routes.filter { $0.access != .fleet }
        return .object([
            JSONMember("openapi", "3.1.0"),
            JSONMember("info", info(version)),
            JSONMember("servers", [.object([JSONMember("url", .string(server))])]),
            JSONMember("tags", .array(tags(open))),
            JSONMember("paths", paths(open)),
            JSONMember("components", components(open)),
        ])
    }

    private static func info(_ version: String) -> JSONValue {
        .object([
            JSONMember("title", "CodeCollab"), JSONMember("version", .string(version)),
            JSONMember("summary", "Write code together and run it."),
            JSONMember("license", .object([JSONMember("name", "MIT"), JSONMember("identifier", "MIT")])),
        ])
    }

    private static func tags(_ routes: [Route]) -> [JSONValue] {
        ServiceName.allCases.filter { name in routes.contains { $0.service == name } }
            .map { .object([JSONMember("name", .string($0.rawValue))]) }
    }

    private static func paths(_ routes: [Route]) -> JSONValue {
        var order: [String] = []
        var operations: [String: [JSONMember]] = [:]
        for route in routes {
            let path = route.path.replacing("*}", with: "}")
            if operations[path] == nil { order.append(path) }
            operations[path, default: []].append(
                JSONMember(route.method.rawValue.lowercased(), OpenAPIOperation(route, among: routes).json))
        }
        return .object(order.map { JSONMember($0, .object(operations[$0] ?? [])) })
    }

    private static func components(_ routes: [Route]) -> JSONValue {
        let roots =
            [Problem.schema]
            + routes.flatMap { [$0.dialect.errorSchema] + $0.request.schemas + $0.response.schemas }
        var known: [String: JSONValue] = [:]
        var rest = roots.flatMap(\.references)
        while let (name, schema) = rest.popLast() {
            if known[name] != nil { continue }
            known[name] = schema.json
            rest += schema.references
        }
        return .object([
            JSONMember(
                "schemas", .object(known.sorted { $0.key < $1.key }.map { JSONMember($0.key, $0.value) })),
            JSONMember("securitySchemes", .object([JSONMember("bearer", bearer)])),
        ])
    }

    private static let bearer = JSONValue.object([
        JSONMember("type", "http"), JSONMember("scheme", "bearer"),
        JSONMember("description", "An access token of /v1/auth, or a personal token (ccp_…)."),
    ])
}

extension Payload {
    /// The schemas it carries, where it is JSON.
    var schemas: [Schema] {
        switch self {
        case .json(let schema), .document(_, let schema), .events(let schema): [schema]
        case .choice(let payloads): payloads.flatMap(\.schemas)
        case .none, .bytes, .webSocket: []
        }
    }
}
