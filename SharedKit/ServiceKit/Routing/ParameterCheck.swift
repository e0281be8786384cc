package import Contracts
private import NIOHTTP1

/// Holds a request's path, query and header parameters to what the route says of them, before its handler
/// sees it: what the document tells is what happens.
package enum ParameterCheck {
    /// Checks everything that the route declares.
    /// - Throws: `Problem` (`invalid_request`) naming each parameter and the rule it breaks.
    package static func check(
        _ request: ServerRequest, _ path: PathParameters, of route: Route
    ) throws(Problem) {
        _ = try query(of: request, path, of: route)
    }

    /// Checks everything, and gives the query's parameters.
    /// - Throws: `Problem`.
    static func query(
        of request: ServerRequest, _ path: PathParameters, of route: Route
    ) throws(Problem) -> QueryParameters {
        let query = try QueryParameters(request.query, of: route)
        var faults: [FieldProblem] = []
        for parameter in route.parameters {
            let values = values(of: parameter, request, path, query)
            if let fault = fault(in: values, of: parameter) { faults.append(fault) }
        }
        guard let first = faults.first else { return query }
        throw Problem(.invalidRequest, "\(first.pointer): \(first.detail)", errors: faults)
    }

    private static func values(
        of parameter: Parameter, _ request: ServerRequest, _ path: PathParameters, _ query: QueryParameters
    ) -> [String] {
        switch parameter.place {
        case .path: path[parameter.name].map { [$0] } ?? []
        case .query: query[parameter.name].map { [$0] } ?? []
        case .header: request.head.headers[parameter.name]
        }
    }

    private static func fault(in values: [String], of parameter: Parameter) -> FieldProblem? {
        if values.isEmpty, parameter.isRequired {
            return FieldProblem(parameter, .missingField, "the parameter is required")
        }
        if values.count > 1, !parameter.isList {
            return FieldProblem(parameter, .duplicateField, "the parameter comes twice")
        }
        for value in values {
            if let fault = parameter.schema.fault(in: value) {
                return FieldProblem(parameter, fault.code, fault.detail)
            }
        }
        return nil
    }
}

extension FieldProblem {
    fileprivate init(_ parameter: Parameter, _ code: WireFault.Code, _ detail: String) {
        self.init(
            pointer: "\(parameter.place.rawValue)/\(parameter.name)", code: code.rawValue, detail: detail)
    }
}
