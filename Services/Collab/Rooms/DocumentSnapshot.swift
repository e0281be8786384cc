internal import CRDTCore

/// A document as it lies in a snapshot.
enum DocumentSnapshot {
    static func make(_ document: borrowing Document) -> [UInt8] { document.encode() }

    /// - Throws: `UpdateFault` for bytes that are no snapshot.
    static func open(_ snapshot: [UInt8]?, client: UInt64) throws(UpdateFault) -> Document {
        var document = Document(client: client)
        if let snapshot { _ = try document.apply(snapshot.span) }
        return document
    }
}

extension Document {
    /// Makes the text of a root what is given, by the edit between what is the same at both ends.
    /// - Returns: the update, empty when nothing changed.
    mutating func replaceAll(with text: [UInt8], in root: Root) throws(EditFault) -> [UInt8] {
        let old = Array(String(decoding: self.text(root), as: UTF8.self).utf16)
        let new = Array(String(decoding: text, as: UTF8.self).utf16)
        var head = zip(old, new).prefix { $0 == $1 }.count
        if head > 0, UTF16.isLeadSurrogate(old[head - 1]) { head -= 1 }
        let rests = zip(old.dropFirst(head).reversed(), new.dropFirst(head).reversed())
        var tail = rests.prefix { $0 == $1 }.count
        if tail > 0, UTF16.isTrailSurrogate(old[old.count - tail]) { tail -= 1 }
        let middle = Array(String(decoding: new[head..<new.count - tail], as: UTF16.self).utf8)
        return try replace(head..<old.count - tail, with: middle.span, in: root)
    }
}
