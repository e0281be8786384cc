package import Contracts

/// The version of a resource as HTTP names it (RFC 9110 8.8.3), always strong.
package struct EntityTag: Hashable, Sendable, CustomStringConvertible {
    /// What stands between the quotes.
    package let opaque: String

    /// A tag of a version text without quotes or control characters.
    package init(_ opaque: String) {
        precondition(
            opaque.utf8.allSatisfy { $0 > 0x20 && $0 != 0x22 && $0 != 0x7F }, "a tag has no quotes in it")
        self.opaque = opaque
    }

    /// The field's value, with quotes.
    package var description: String { "\"\(opaque)\"" }

    /// Whether a list of tags, as in `If-Match`, names this one; `*` names any.
    package func isNamed(by list: String) -> Bool {
        list.split(separator: ",").contains { entry in
            let tag = entry.drop { $0 == " " }
            return tag == "*" || tag.trimmingSpaces() == description
        }
    }
}

extension Substring {
    fileprivate func trimmingSpaces() -> Substring {
        var text = drop { $0 == " " }
        while text.last == " " { text.removeLast() }
        return text
    }
}

extension CallAccess {
    /// Refuses the change when the client's `If-Match` does not name `current`.
    /// - Throws: `Problem` (`precondition_failed`); nothing without the field.
    package func checkIfMatch(_ current: EntityTag) throws(Problem) {
        guard let list = header("If-Match") else { return }
        guard current.isNamed(by: list) else {
            throw Problem(.preconditionFailed, "it has changed meanwhile; its version is \(current)")
        }
    }

    /// Whether the client's `If-None-Match` names `current`, so that 304 is the answer.
    package func isUnchanged(_ current: EntityTag) -> Bool {
        header("If-None-Match").map { current.isNamed(by: $0) } ?? false
    }
}
