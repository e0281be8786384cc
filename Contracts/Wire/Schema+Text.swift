/// Checking a parameter's text: what the document says about it is what routers enforce.
extension Schema {
    /// The schema of a text type; the type's own reading is the check.
    public static func text<Value: WireText>(_: Value.Type, _ keywords: [JSONMember]) -> Schema {
        .checked([JSONMember("type", "string")] + keywords) { text in
            do throws(WireFault) {
                _ = try Value(text)
                return nil
            } catch {
                return error
            }
        }
    }

    /// The rule that a parameter's text breaks, or nil; objects and lists cannot be parameters.
    public func fault(in text: String) -> WireFault? {
        switch self {
        case .checked(_, let check): check(text)
        case .inline(let keywords): TextRules(keywords).fault(in: text)
        case .refined(let schema, let keywords):
            schema.fault(in: text) ?? TextRules(schema.ownKeywords + keywords).fault(in: text)
        case .anyOf(let choices): Self.leastFault(choices, text)
        case .nullable(let schema): schema.fault(in: text)
        case .named(_, let schema): schema().fault(in: text)
        case .array, .map, .object: WireFault(.wrongType, "a parameter is one value")
        }
    }

    private static func leastFault(_ choices: [Schema], _ text: String) -> WireFault? {
        let faults = choices.map { $0.fault(in: text) }
        return faults.contains(nil) ? nil : faults.first ?? nil
    }

    private var ownKeywords: [JSONMember] {
        switch self {
        case .inline(let keywords), .checked(let keywords, _): keywords
        case .refined(let schema, let keywords): schema.ownKeywords + keywords
        case .anyOf, .array, .map, .named, .object, .nullable: []
        }
    }

    /// Whether a `pattern` is only told and not enforced; such a schema is good for bodies of foreign shape,
    /// not for parameters.
    public var hasBarePattern: Bool {
        switch self {
        case .inline(let keywords): keywords.contains { $0.name == "pattern" }
        case .refined(let schema, let keywords):
            schema.hasBarePattern || keywords.contains { $0.name == "pattern" }
        case .anyOf(let choices): choices.contains(where: \.hasBarePattern)
        case .nullable(let schema): schema.hasBarePattern
        case .checked, .array, .map, .named, .object: false
        }
    }
}

/// The keywords of JSON Schema that a text of a parameter is held to.
private struct TextRules {
    private let keywords: [JSONMember]

    init(_ keywords: [JSONMember]) { self.keywords = keywords }

    func fault(in text: String) -> WireFault? {
        switch keyword("type")?.text {
        case "integer": integerFault(text)
        case "number":
            Double(text)?.isFinite == true ? nil : WireFault(.wrongType, "expected a number")
        case "boolean":
            text == "true" || text == "false" ? nil : WireFault(.wrongType, "expected true or false")
        default: stringFault(text)
        }
    }

    private func keyword(_ name: String) -> JSONValue? { keywords.first { $0.name == name }?.value }

    private func integerFault(_ text: String) -> WireFault? {
        let digits = text.utf8.first == UInt8(ascii: "-") ? text.utf8.dropFirst() : text.utf8[...]
        guard !digits.isEmpty, digits.allSatisfy(\.isDigit) else {
            return WireFault(.wrongType, "expected a whole number")
        }
        let least = keyword("minimum")?.integer ?? .min
        let most = keyword("maximum")?.integer ?? .max
        guard let value = Int64(text), least <= value, value <= most else {
            return WireFault(.outOfRange, "expected a whole number from \(least) to \(most)")
        }
        return nil
    }

    /// Lengths count characters as JSON Schema does: code points.
    private func stringFault(_ text: String) -> WireFault? {
        if case .array(let choices) = keyword("enum"), !choices.contains(.string(text)) {
            let names = choices.compactMap(\.text).joined(separator: ", ")
            return WireFault(.notAllowed, "expected one of: \(names)")
        }
        let count = Int64(text.unicodeScalars.count)
        let least = keyword("minLength")?.integer ?? 0
        let most = keyword("maxLength")?.integer ?? .max
        if count < least { return WireFault(.wrongLength, "expected at least \(least) characters") }
        return count > most ? WireFault(.wrongLength, "expected at most \(most) characters") : nil
    }
}
