/// A root type of one document.
package struct Root: Equatable, Sendable {
    let type: UInt32
}

extension Document {
    /// The root of that name, made on first use. What it holds shows once it is used.
    package mutating func root(_ name: Span<UInt8>) -> Root {
        name.withUnsafeBufferPointer { Root(type: rootType(named: $0)) }
    }

    /// The root of that name, made on first use.
    package mutating func root(_ name: StaticString) -> Root {
        let bytes = UnsafeBufferPointer(start: name.utf8Start, count: name.utf8CodeUnitCount)
        return Root(type: rootType(named: bytes))
    }

    /// The root of that name if somebody has used it.
    package func existingRoot(_ name: Span<UInt8>) -> Root? {
        name.withUnsafeBufferPointer { bytes in
            guard let known = names.find(bytes), let entry = entries.find(owner: .none, key: known) else {
                return nil
            }
            return Root(type: entries[entry].item)
        }
    }
}
