/// Which value of an answer names something that other operations take (OpenAPI 3.1, 4.8.20).
enum OpenAPILinks {
    /// By operation: parameters of others, and where its answer or its own request has their values.
    private static let names: [String: [String: String]] = [
        "sessions.create": ["session_id": "$response.body#/id"],
        "sessions.list": ["session_id": "$response.body#/items/0/id"],
        "invitations.accept": ["session_id": "$response.body#/id"],
        "snippets.run": ["run_id": "$response.body#/id"],
        "sessions.run": ["run_id": "$response.body#/id"],
        "files.put": ["path": "$request.path.path"],
        "invitations.create": ["token": "$response.body#/token", "invitation_id": "$response.body#/id"],
        "executions.create": ["execution_id": "$response.body#/id"],
        "profiles.create": ["profile_id": "$response.body#/id"],
        "compilations.create": ["digest": "$response.body#/artifact"],
        "auth.make_token": ["token_id": "$response.body#/info/id"],
        "auth.sign_ins": ["sign_in_id": "$response.body#/items/0/id"],
    ]
    /// Bodies of other operations that are known once this one has answered.
    private static let bodies: [String: [String: JSONValue]] = [
        "executions.create": [
            "profiles.create": .object([JSONMember("execution_id", "$response.body#/id")])
        ],
        "auth.guest": ["auth.refresh": refresh], "auth.register": ["auth.refresh": refresh],
    ]
    private static let refresh = JSONValue.object([
        JSONMember("refresh_token", "$response.body#/refresh_token")
    ])

    /// The links of a route's successful answer, by the operations they lead to.
    static func links(from source: Route, to routes: [Route]) -> [JSONMember] {
        let given = names[source.name] ?? [:]
        let bodies = bodies[source.name] ?? [:]
        let own = Dictionary(
            uniqueKeysWithValues: pathNames(source).map { ($0, "$request.path.\($0)") })
        return routes.compactMap { target in
            if let body = bodies[target.name] { return link(to: target, [JSONMember("requestBody", body)]) }
            let needed = pathNames(target)
            guard target.name != source.name, needed.contains(where: { given[$0] != nil }) else { return nil }
            let values = needed.compactMap { name in
                (given[name] ?? own[name]).map { JSONMember(name, .string($0)) }
            }
            return link(to: target, [JSONMember("parameters", .object(values))])
        }
    }

    private static func link(to target: Route, _ members: [JSONMember]) -> JSONMember {
        JSONMember(target.name, .object([JSONMember("operationId", .string(target.name))] + members))
    }

    private static func pathNames(_ route: Route) -> [String] {
        route.parameters.filter { $0.place == .path }.map(\.name)
    }
}
