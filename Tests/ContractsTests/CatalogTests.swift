import Contracts
import Testing

/// What must hold for every endpoint that anybody declares.
@Suite struct CatalogTests {
    @Test("names and method+path pairs are unique")
    func unique() {
        let routes = EndpointCatalog.all
        #expect(Set(routes.map(\.name)).count == routes.count)
        #expect(Set(routes.map { "\($0.method.rawValue) \($0.path)" }).count == routes.count)
    }

    @Test("path parameters are declared, and only those", arguments: EndpointCatalog.all.map(\.name))
    func parameters(_ name: String) throws {
        let route = try #require(EndpointCatalog.all.first { $0.name == name })
        let inPath = route.segments.filter { $0.hasPrefix("{") }
            .map { String($0.dropFirst().dropLast().replacing("*", with: "")) }
        #expect(inPath == route.parameters.filter { $0.place == .path }.map(\.name))
        #expect(route.path.hasPrefix("/") && !route.summary.isEmpty && route.timeout > .zero)
    }

    @Test("a parameter's pattern belongs to a type, so that routers enforce it")
    func enforced() {
        for route in EndpointCatalog.all {
            for parameter in route.parameters where parameter.schema.hasBarePattern {
                Issue.record("\(route.name): nobody checks \(parameter.name)'s pattern: make it a WireText")
            }
        }
    }

    @Test("links lead to operations that there are, and give them parameters that they take")
    func links() throws {
        let document = OpenAPI.document(for: EndpointCatalog.all, version: "1.0.0")
        var count = 0
        for route in EndpointCatalog.all where route.access != .fleet {
            let path = route.path.replacing("*}", with: "}")
            let operation = document["paths"]?[path]?[route.method.rawValue.lowercased()]
            let links = operation?["responses"]?["\(route.status)"]?["links"]
            guard case .object(let members) = links else { continue }
            for link in members {
                let name = try #require(link.value["operationId"]?.text)
                let target = try #require(EndpointCatalog.all.first { $0.name == name })
                count += 1
                guard case .object(let given) = link.value["parameters"] else { continue }
                #expect(given.allSatisfy { one in target.parameters.contains { $0.name == one.name } })
            }
        }
        #expect(count > 40)
    }

    @Test("a request body has an example for people and tests", arguments: EndpointCatalog.all.map(\.name))
    func examples(_ name: String) throws {
        let route = try #require(EndpointCatalog.all.first { $0.name == name })
        guard case .json = route.request, route.access != .fleet else { return }
        let example = try #require(route.example, "\(name) has no example")
        _ = try JSONValue.decode(Array(example.utf8))
    }

    @Test("the OpenAPI document is self-contained")
    func document() throws {
        let document = OpenAPI.document(for: EndpointCatalog.all, version: "1.0.0")
        let text = document.json
        let schemas = try #require(document["components"]?["schemas"])
        for reference in text.split(separator: "\"$ref\":\"#/components/schemas/").dropFirst() {
            let name = try #require(reference.split(separator: "\"").first)
            #expect(schemas[String(name)] != nil, "\(name) is referenced and missing")
        }
        #expect(document["openapi"] == "3.1.0")
    }
}
