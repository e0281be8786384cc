/// One operation of the document.
struct OpenAPIOperation {
    private let route: Route
    private let routes: [Route]

    init(_ route: Route, among routes: [Route]) {
        self.route = route
        self.routes = routes
    }

    var json: JSONValue {
        var members = [
            JSONMember("operationId", .string(route.name)),
            JSONMember("summary", .string(route.summary)),
            JSONMember("tags", [.string(route.service.rawValue)]),
            JSONMember("security", security),
        ]
        if !route.parameters.isEmpty {
            members.append(JSONMember("parameters", .array(route.parameters.map(parameter))))
        }
        if let requestBody { members.append(JSONMember("requestBody", requestBody)) }
        members.append(JSONMember("responses", responses))
        return .object(members)
    }

    private var security: JSONValue {
        guard case .identified(let scope) = route.access else { return [] }
        return [.object([JSONMember("bearer", .array(scope.map { [.string($0.rawValue)] } ?? []))])]
    }

    private func parameter(_ parameter: Parameter) -> JSONValue {
        .object([
            JSONMember("name", .string(parameter.name)), JSONMember("in", .string(parameter.place.rawValue)),
            JSONMember("required", .bool(parameter.isRequired)),
            JSONMember("description", .string(parameter.about)),
            JSONMember("schema", parameter.schema.json),
        ])
    }

    private var requestBody: JSONValue? {
        guard case .none = route.request else {
            return .object([
                JSONMember("required", true), JSONMember("content", content(route.request, route.example)),
            ])
        }
        return nil
    }

    private func content(_ payload: Payload, _ example: String?) -> JSONValue {
        let media = OpenAPIContent.media(of: payload)
        return .object(media.map { JSONMember($0.type, .object($0.members + exampleMember(example))) })
    }

    private func exampleMember(_ example: String?) -> [JSONMember] {
        guard let example else { return [] }
        do throws(WireFaults) {
            return [JSONMember("example", try JSONValue.decode(Array(example.utf8)))]
        } catch {
            preconditionFailure("the example of \(route.name) is JSON")
        }
    }

    private var responses: JSONValue {
        var answers = [success]
        if route.status == 202 {
            answers.append(JSONMember("200", response("Finished in time", route.response, links)))
        }
        return .object(answers + problems)
    }

    private var success: JSONMember {
        if case .webSocket = route.response {
            return JSONMember("101", response("The WebSocket is open", .none, []))
        }
        return JSONMember(
            "\(route.status)",
            response(route.status == 202 ? "Accepted, not finished yet" : "Done", route.response, links))
    }

    private var links: [JSONMember] { OpenAPILinks.links(from: route, to: routes) }

    private func response(_ words: String, _ payload: Payload, _ links: [JSONMember]) -> JSONValue {
        var members = [JSONMember("description", .string(words))]
        if !links.isEmpty { members.append(JSONMember("links", .object(links))) }
        if case .none = payload { return .object(members) }
        members.append(JSONMember("content", content(payload, nil)))
        return .object(members)
    }

    /// The problems of this route and those that any route may answer, by status.
    private var problems: [JSONMember] {
        let codes = Set(route.problems + general)
        let byStatus = Dictionary(grouping: codes, by: route.dialect.status(of:))
        let body = Payload.document(
            mediaType: route.dialect.errorMediaType, route.dialect.errorSchema)
        return byStatus.sorted { $0.key < $1.key }.map { status, codes in
            let words = codes.map(\.rawValue).sorted().joined(separator: ", ")
            let problem = JSONValue.object([
                JSONMember("description", .string(words)), JSONMember("content", content(body, nil)),
            ])
            return JSONMember("\(status)", problem)
        }
    }

    private var general: [ProblemCode] {
        var codes: [ProblemCode] = [
            .malformedRequest, .requestTimeout, .headersTooLarge, .rateLimited, .internalError, .badGateway,
            .unavailable, .deadlineExceeded, .invalidRequest, .notAcceptable,
        ]
        if case .identified = route.access { codes += [.unauthenticated, .insufficientScope, .forbidden] }
        if case .none = route.request {
        } else {
            codes += [.malformedJSON, .bodyTooLarge, .unsupportedMediaType]
        }
        if case .webSocket = route.response { codes.append(.upgradeRequired) }
        if route.parameters.contains(where: { $0.name == "cursor" }) { codes.append(.notFound) }
        if route.parameters.contains(where: { $0.name == "If-Match" }) { codes.append(.preconditionFailed) }
        if route.repeatability == .keyed { codes += [.idempotencyInProgress, .idempotencyMismatch] }
        return codes
    }
}
