package import Contracts

/// Finds what serves a method and path: a tree of path segments in which literal segments win over parameters
/// and parameters over the rest of the path.
package struct RouteTable<Value: Sendable>: Sendable {
    /// What a lookup found.
    package enum Match: Sendable {
        /// The value, with the path's parameters decoded.
        case found(Value, PathParameters)
        /// The path is known, but not with this method; these are.
        case wrongMethod(allowed: [Contracts.HTTPMethod])
        /// Nothing is there.
        case nothing
        /// The path is not decodable.
        case malformed
    }

    private final class Node: Sendable {
        let literals: [Substring: Node]
        let parameter: (name: String, node: Node)?
        let rest: (name: String, values: [Contracts.HTTPMethod: Value])?
        let values: [Contracts.HTTPMethod: Value]

        init(_ draft: Draft) {
            literals = draft.literals.mapValues(Node.init)
            parameter = draft.parameter.map { ($0.name, Node($0.draft)) }
            rest = draft.rest
            values = draft.values
        }
    }

    fileprivate final class Draft {
        var literals: [Substring: Draft] = [:]
        var parameter: (name: String, draft: Draft)?
        var rest: (name: String, values: [Contracts.HTTPMethod: Value])?
        var values: [Contracts.HTTPMethod: Value] = [:]
    }

    private let root: Node

    /// A table of values by method and path pattern, `{name}` for one segment, `{name*}` for the rest.
    /// - Precondition: no pattern twice with the same method.
    package init(_ entries: [(method: Contracts.HTTPMethod, path: String, value: Value)]) {
        let draft = Draft()
        for entry in entries {
            Self.insert(entry.value, entry.method, entry.path.split(separator: "/")[...], draft)
        }
        root = Node(draft)
    }

    private static func insert(
        _ value: Value, _ method: Contracts.HTTPMethod, _ path: ArraySlice<Substring>, _ draft: Draft
    ) {
        guard let segment = path.first else {
            precondition(draft.values[method] == nil, "a method and path have one owner")
            draft.values[method] = value
            return
        }
        guard segment.hasPrefix("{") else {
            let child = draft.literals[segment] ?? Draft()
            draft.literals[segment] = child
            return insert(value, method, path.dropFirst(), child)
        }
        let name = segment.dropFirst().dropLast()
        if name.hasSuffix("*") {
            var rest = draft.rest ?? (String(name.dropLast()), [:])
            precondition(rest.values[method] == nil, "a method and path have one owner")
            rest.values[method] = value
            draft.rest = rest
        } else {
            let child = draft.parameter?.draft ?? Draft()
            precondition(draft.parameter.map { $0.name == name } ?? true, "siblings name a parameter alike")
            draft.parameter = (String(name), child)
            insert(value, method, path.dropFirst(), child)
        }
    }

    /// Looks a request up; `HEAD` is served by whatever serves `GET`.
    /// - Complexity: O(segments) unless literals and parameters compete.
    package func match(method: String, path: Substring) -> Match {
        let segments = path.dropFirst().split(separator: "/", omittingEmptySubsequences: false)
        let parts = segments == [""] ? [] : segments[...]
        guard parts.count <= 32, !parts.dropLast().contains("") else { return .nothing }
        var parameters: [(name: String, raw: Substring)] = []
        guard let values = find(parts, root, &parameters, path) else { return .nothing }
        guard
            let value = Contracts.HTTPMethod(rawValue: method == "HEAD" ? "GET" : method).flatMap({
                values[$0]
            })
        else { return .wrongMethod(allowed: values.keys.sorted { $0.rawValue < $1.rawValue }) }
        guard let decoded = PathParameters(parameters) else { return .malformed }
        return .found(value, decoded)
    }

    private func find(
        _ segments: ArraySlice<Substring>, _ node: Node, _ parameters: inout [(name: String, raw: Substring)],
        _ path: Substring
    ) -> [Contracts.HTTPMethod: Value]? {
        guard let segment = segments.first else { return node.values.isEmpty ? nil : node.values }
        if let child = node.literals[segment],
            let values = find(segments.dropFirst(), child, &parameters, path)
        {
            return values
        }
        if let (name, child) = node.parameter, !segment.isEmpty {
            parameters.append((name, segment))
            if let values = find(segments.dropFirst(), child, &parameters, path) { return values }
            parameters.removeLast()
        }
        guard let rest = node.rest, !segment.isEmpty else { return nil }
        parameters.append((rest.name, path[segment.startIndex...]))
        return rest.values
    }
}

/// The parameters of a path, percent-decoded.
package struct PathParameters: Sendable {
    private let all: [(name: String, value: String)]

    init?(_ raw: [(name: String, raw: Substring)]) {
        var all: [(name: String, value: String)] = []
        for parameter in raw {
            guard let value = PercentCoding.decode(parameter.raw) else { return nil }
            all.append((parameter.name, value))
        }
        self.all = all
    }

    /// The value of `{name}`, or nil when the path has no such parameter.
    package subscript(name: String) -> String? { all.first { $0.name == name }?.value }
}
