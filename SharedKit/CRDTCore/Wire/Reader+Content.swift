extension Reader {
    /// Steps over the content of an item and returns its length in units and where its own bytes start: after
    /// the count or length for what can be split, at the very beginning for everything else.
    @inline(__always)
    mutating func content(_ kind: ContentKind) throws(UpdateFault) -> ContentShape {
        switch kind {
        case .string: try text()
        case .deleted, .collected, .skip: ContentShape(units: try clock(), start: offset)
        default: try opaqueContent(kind)
        }
    }

    @inline(__always)
    private mutating func text() throws(UpdateFault) -> ContentShape {
        let range = try block()
        let bytes = bytes(range)
        let measure = TextMeasure(bytes)
        let units = UInt32(truncatingIfNeeded: measure.units)
        return ContentShape(units: units, start: range.lowerBound, isBroken: !measure.isValid)
    }

    private mutating func opaqueContent(_ kind: ContentKind) throws(UpdateFault) -> ContentShape {
        let start = offset
        switch kind {
        case .json, .any: return try elements(kind)
        case .binary, .embed: _ = try block()
        case .format:
            _ = try block()
            _ = try block()
        case .type: try skipType()
        default:
            _ = try block()
            try skipAny()
        }
        return ContentShape(units: 1, start: start)
    }

    private mutating func elements(_ kind: ContentKind) throws(UpdateFault) -> ContentShape {
        let count = try count()
        let start = offset
        for _ in 0..<count { try skipElement(kind) }
        return ContentShape(units: UInt32(count), start: start)
    }

    /// Steps over one element of an `Any` or JSON item.
    mutating func skipElement(_ kind: ContentKind) throws(UpdateFault) {
        if kind == .any { try skipAny() } else { _ = try block() }
    }

    private mutating func skipType() throws(UpdateFault) {
        let kind = try number()
        guard kind <= TypeKind.largest else { throw .malformed }
        if TypeKind.hasName(kind) { _ = try block() }
    }
}

/// How long a content is and where its bytes start.
struct ContentShape {
    var units: UInt32
    var start: Int
    /// It is text with broken UTF-8 in it.
    var isBroken = false
}
