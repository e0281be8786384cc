/// A type in the words of JSON Schema 2020-12, as far as our contracts need it.
public indirect enum Schema: Sendable {
    /// A schema without a name of its own: its keywords in order.
    case inline([JSONMember])
    /// A text with a rule of its own: its keywords for documents, and the check of the type that reads it.
    case checked([JSONMember], @Sendable (String) -> WireFault?)
    /// A value of any of these.
    case anyOf([Schema])
    /// A list; `count` bounds its length.
    case array(Schema, count: ClosedRange<Int>?)
    /// An object whose member names are data.
    case map(Schema)
    /// An object with a name, written once under `components/schemas`.
    case named(String, @Sendable () -> Schema)
    /// An object with fixed members.
    case object(properties: [Property], required: [String])
    /// The schema or `null`: an optional field reads `null` as absent.
    case nullable(Schema)
    /// The schema with more keywords beside it (a range, a description).
    case refined(Schema, [JSONMember])

    /// One member of an object.
    public struct Property: Sendable {
        /// The member's name on the wire.
        public let name: String
        /// What the member holds.
        public let schema: Schema
    }

    /// A schema of one `type`.
    public static func type(_ name: String, _ keywords: [JSONMember] = []) -> Schema {
        .inline([JSONMember("type", .string(name))] + keywords)
    }

    /// The schema as JSON; named schemas become references.
    public var json: JSONValue {
        switch self {
        case .inline(let keywords), .checked(let keywords, _): .object(keywords)
        case .anyOf(let choices): .object([JSONMember("anyOf", .array(choices.map(\.json)))])
        case .array(let element, let count): .object(Self.arrayKeywords(element, count))
        case .map(let value):
            .object([
                JSONMember("type", "object"), JSONMember("propertyNames", Self.mapName),
                JSONMember("additionalProperties", value.json),
            ])
        case .named(let name, _): .object([JSONMember("$ref", .string("#/components/schemas/\(name)"))])
        case .object(let properties, let required): .object(Self.objectKeywords(properties, required))
        case .nullable(let schema):
            .object([JSONMember("anyOf", [schema.json, .object([JSONMember("type", "null")])])])
        case .refined(let schema, let keywords): Self.refine(schema.json, keywords)
        }
    }

    /// What the reader takes as a name, and what can be the name of a variable: plain ASCII without quote,
    /// backslash and equals sign.
    private static let mapName = JSONValue.object([
        JSONMember("pattern", #"^[ !#-<>-\[\]-~]{1,256}$"#)
    ])

    private static func arrayKeywords(_ element: Schema, _ count: ClosedRange<Int>?) -> [JSONMember] {
        let bounds = count.map {
            [
                JSONMember("minItems", .integer(Int64($0.lowerBound))),
                JSONMember("maxItems", .integer(Int64($0.upperBound))),
            ]
        }
        return [JSONMember("type", "array"), JSONMember("items", element.json)] + (bounds ?? [])
    }

    private static func objectKeywords(_ properties: [Property], _ required: [String]) -> [JSONMember] {
        [
            JSONMember("type", "object"),
            JSONMember("properties", .object(properties.map { JSONMember($0.name, $0.schema.json) })),
        ]
            + (required.isEmpty ? [] : [JSONMember("required", .array(required.map(JSONValue.string)))])
            + [JSONMember("additionalProperties", false)]
    }

    private static func refine(_ json: JSONValue, _ keywords: [JSONMember]) -> JSONValue {
        guard case .object(let members) = json else { return json }
        return .object(members.filter { old in !keywords.contains { $0.name == old.name } } + keywords)
    }

    /// The named schemas used directly inside this one.
    public var references: [(name: String, schema: Schema)] {
        switch self {
        case .inline, .checked: []
        case .anyOf(let choices): choices.flatMap(\.references)
        case .array(let element, _): element.references
        case .map(let value): value.references
        case .named(let name, let schema): [(name, schema())]
        case .object(let properties, _): properties.flatMap(\.schema.references)
        case .nullable(let schema), .refined(let schema, _): schema.references
        }
    }
}
