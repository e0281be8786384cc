extension Reader {
    /// Steps over one `Any` value, whose own elements may be at most `depth` levels deep.
    mutating func skipAny(depth: Int = Limits.anyDepth) throws(UpdateFault) {
        switch try byte() {
        case 127, 126, 121, 120: break
        case 125: try skipSigned()
        case 124: try skip(4)
        case 123, 122: try skip(8)
        case 119, 116: _ = try block()
        case 118: try skipElements(named: true, depth: depth)
        case 117: try skipElements(named: false, depth: depth)
        default: throw .malformed
        }
    }

    private mutating func skipElements(named: Bool, depth: Int) throws(UpdateFault) {
        guard depth > 0 else { throw .tooDeep }
        for _ in 0..<(try count()) {
            if named { _ = try block() }
            try skipAny(depth: depth - 1)
        }
    }
}
