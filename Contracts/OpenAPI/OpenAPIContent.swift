/// What a payload looks like in the document: its media types, each once, with their schemas.
enum OpenAPIContent {
    static func media(of payload: Payload) -> [(type: String, members: [JSONMember])] {
        var order: [String] = []
        var schemas: [String: [Schema]] = [:]
        for (type, schema) in parts(of: payload) {
            if schemas[type] == nil { order.append(type) }
            schemas[type, default: []] += schema.map { [$0] } ?? []
        }
        return order.map { type in
            let choices = schemas[type] ?? []
            guard let first = choices.first else { return (type, []) }
            let schema = choices.count == 1 ? first : .anyOf(choices)
            return (type, [JSONMember("schema", schema.json)])
        }
    }

    private static func parts(of payload: Payload) -> [(String, Schema?)] {
        switch payload {
        case .none, .webSocket: []
        case .json(let schema): [("application/json", schema)]
        case .document(let type, let schema): [(type, schema)]
        case .events(let schema): [("text/event-stream", event(schema))]
        case .bytes(let type): [(type, nil)]
        case .choice(let payloads): payloads.flatMap(parts)
        }
    }

    /// One server-sent event, as readers of the format have it (WHATWG HTML 9.2.6); a stream that breaks ends
    /// with `event: error`, whose data is a problem.
    private static func event(_ data: Schema) -> Schema {
        let text = Schema.type(
            "string",
            [
                JSONMember("contentMediaType", "application/json"),
                JSONMember("contentSchema", Schema.anyOf([data, Problem.schema]).json),
            ])
        return .object(
            properties: [
                Schema.Property(name: "id", schema: .type("string", [JSONMember("pattern", "^[0-9]+$")])),
                Schema.Property(name: "event", schema: .type("string")),
                Schema.Property(name: "data", schema: text),
            ], required: ["data"])
    }
}
