internal import CRDTCore
internal import Contracts
internal import Logging
internal import NIOCore
internal import ServiceKit
internal import SystemKit

/// Edits that come over REST: made here, told like everybody's.
extension Room {
    /// The client id under which the server puts a file's text into a new document; the same bytes each time,
    /// so that twice is once.
    private static var seedClient: UInt64 { 1 }

    /// Puts a session's file into a document that nobody has written to.
    func seed(_ text: String) {
        guard sequence == 0, !text.isEmpty else { return }
        var source = Document(client: Self.seedClient)
        let root = source.root("content")
        do {
            let update = try source.insert(Array(text.utf8).span, at: 0, in: root)
            _ = try apply(update[...])
            record(update, by: .zero)
        } catch {
            shared.logger.error("a file cannot become a document", metadata: ["error": "\(error)"])
        }
    }

    /// Writes a whole text; the difference becomes the edit.
    /// - Throws: `Problem`.
    func write(_ text: String, by author: UserID) throws(Problem) {
        try check(text.utf8.count)
        let root = document.root("content")
        let update: [UInt8]
        do throws(EditFault) {
            update = try document.replaceAll(with: Array(text.utf8).span, in: root)
        } catch {
            throw Self.problem(error)
        }
        if !update.isEmpty { record(update, by: author) }
    }

    /// Edits ranges, all or none.
    /// - Throws: `Problem`.
    func edit(_ patch: TextPatch, by author: UserID) throws(Problem) {
        let root = document.root("content")
        let before = document.text(root)
        let added = patch.edits.reduce(0) { $0 + $1.text.utf8.count }
        try check(before.count + added)
        var fault: EditFault?
        let update = document.transact { document in
            do throws(EditFault) {
                for edit in patch.edits { try Self.make(edit, patch.unit, &document, root) }
            } catch {
                fault = error
            }
        }
        if let fault {
            // The edits before the bad one are undone by one more edit, of which nobody hears separately.
            try restore(before, root, after: update, by: author)
            throw Self.problem(fault)
        }
        if !update.isEmpty { record(update, by: author) }
    }

    private func restore(
        _ text: [UInt8], _ root: Root, after update: [UInt8], by author: UserID
    ) throws(Problem) {
        guard !update.isEmpty else { return }
        do throws(EditFault) {
            let undo = try document.replaceAll(with: text.span, in: root)
            record(update, by: author)
            if !undo.isEmpty { record(undo, by: author) }
        } catch {
            throw Self.problem(error)
        }
    }

    private static func make(
        _ edit: TextEdit, _ unit: TextUnit, _ document: inout Document, _ root: Root
    ) throws(EditFault) {
        let start = try document.utf16Offset(of: position(edit.start, edit.startColumn, unit), in: root)
        let end = try document.utf16Offset(of: position(edit.end, edit.endColumn, unit), in: root)
        guard start <= end else { throw .outOfBounds }
        try document.replace(start..<end, with: Array(edit.text.utf8).span, in: root)
    }

    private static func position(_ offset: Int, _ column: Int, _ unit: TextUnit) -> TextPosition {
        switch unit {
        case .utf16: .utf16(offset)
        case .utf8: .utf8(offset)
        case .lines: .line(offset, column: column)
        }
    }

    private func check(_ bytes: Int) throws(Problem) {
        guard bytes <= Limits.textBytes else {
            throw Problem(.bodyTooLarge, "a document has at most \(Limits.textBytes) bytes of text")
        }
    }

    private static func problem(_ fault: EditFault) -> Problem {
        switch fault {
        case .outOfBounds: Problem(.invalidRequest, "an edit is outside of the text")
        case .splitsCharacter: Problem(.invalidRequest, "an edit begins or ends inside a character")
        case .invalidUTF8: Problem(.invalidRequest, "the text is not UTF-8")
        case .tooLarge: Problem(.bodyTooLarge, "the document would be too large")
        case .notText: Problem(.conflict, "the document's content is no text")
        }
    }

    /// Applies an update that came over REST.
    /// - Throws: `Problem`.
    /// - Returns: whether it waits for something.
    func merge(_ update: [UInt8], by author: UserID) throws(Problem) -> Bool {
        let outcome: Outcome
        do throws(ProtocolFault) {
            outcome = try apply(update[...])
        } catch {
            throw Problem(.invalidRequest, error.detail)
        }
        switch outcome.news {
        case .original: record(update, by: author)
        case .encoded(let news): record(news, by: author)
        case .nothing: if outcome.isPending { record(update, by: author) }
        }
        return outcome.isPending
    }

    /// Gives a version a name.
    func name(_ version: Int, _ name: DisplayName, by author: UserID) -> LogRecord {
        let record = LogRecord(
            sequence: sequence, at: shared.clock.now(), author: author, .name(version, name.text))
        append(record)
        return record
    }
}
