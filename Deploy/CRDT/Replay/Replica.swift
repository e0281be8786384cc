import CRDTCore

/// A document with one text; a class because several live in one array.
final class Replica {
    private var document: Document
    private let root: Root

    init(client: UInt64) {
        var document = Document(client: client)
        root = document.root("t")
        self.document = document
    }

    init(snapshot: [UInt8]) throws(UpdateFault) {
        var document = try Document(client: 82, snapshot: snapshot.span)
        root = document.root("t")
        self.document = document
    }

    var text: [UInt8] { document.text(root) }
    var length: Int { document.utf16Count(root) }
    var full: [UInt8] { document.encode() }
    var snapshot: [UInt8] { document.snapshot() }
    var memoryBytes: Int { document.memoryBytes }
    var stateVector: [UInt8] { document.stateVector() }
    /// Whether nothing waits for something else.
    var isSettled: Bool { !document.hasPending }

    func full(since vector: [UInt8]) throws(UpdateFault) -> [UInt8] {
        try document.encode(since: vector.span)
    }

    @discardableResult
    func apply(_ update: [UInt8]) throws(UpdateFault) -> Outcome { try document.apply(update.span) }

    /// The update that Yjs would emit; empty for none.
    func applyEncoding(_ update: [UInt8]) throws(UpdateFault) -> [UInt8] {
        try document.applyEncoding(update.span)
    }

    func insert(_ text: [UInt8], at offset: Int) throws(EditFault) -> [UInt8] {
        try document.insert(text.span, at: offset, in: root)
    }

    func delete(_ range: Range<Int>) throws(EditFault) -> [UInt8] {
        try document.delete(range, in: root)
    }

    func replace(_ range: Range<Int>, with text: [UInt8]) throws(EditFault) -> [UInt8] {
        try document.replace(range, with: text.span, in: root)
    }

    func replaceAll(with text: [UInt8]) throws(EditFault) -> [UInt8] {
        try document.replaceAll(with: text.span, in: root)
    }
}

// MARK: traces

extension Replica {
    /// Every patch is an edit with an update of its own.
    func replay(_ trace: Trace, into log: inout UpdateLog) throws(EditFault) {
        if !trace.startContent.isEmpty { log.append(try insert(trace.startContent, at: 0)) }
        let text = trace.text.span
        for patch in trace.patches { log.append(try Self.edit(patch, text, &document, root)) }
    }

    /// All patches are one transaction with one update.
    func replayAtOnce(_ trace: Trace) throws(EditFault) -> [UInt8] {
        let root = self.root
        var update: [UInt8] = []
        try document.transact(into: &update) { (document: inout Document) throws(EditFault) in
            if !trace.startContent.isEmpty {
                _ = try document.insert(trace.startContent.span, at: 0, in: root)
            }
            let text = trace.text.span
            for patch in trace.patches { _ = try Self.edit(patch, text, &document, root) }
        }
        return update
    }

    /// The update of the patches of one transaction.
    func edit(_ patches: ArraySlice<Trace.Patch>, _ text: [UInt8]) throws(EditFault) -> [UInt8] {
        if patches.count == 1, let patch = patches.first {
            return try Self.edit(patch, text.span, &document, root)
        }
        let root = self.root
        var update: [UInt8] = []
        try document.transact(into: &update) { (document: inout Document) throws(EditFault) in
            for patch in patches { _ = try Self.edit(patch, text.span, &document, root) }
        }
        return update
    }

    private static func edit(
        _ patch: Trace.Patch, _ text: borrowing Span<UInt8>, _ document: inout Document, _ root: Root
    ) throws(EditFault) -> [UInt8] {
        let end = patch.position + patch.deleted
        if patch.deleted == 0 {
            return try document.insert(text.extracting(patch.text), at: patch.position, in: root)
        }
        if patch.text.isEmpty { return try document.delete(patch.position..<end, in: root) }
        return try document.replace(patch.position..<end, with: text.extracting(patch.text), in: root)
    }
}
