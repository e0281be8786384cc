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
    /// - Throws: `Problem` naming the edit and the rule.
    func edit(_ patch: TextPatch, by author: UserID) throws(Problem) {
        let root = document.root("content")
        try check(document.utf8Count(root) + patch.edits.reduce(0) { $0 + $1.text.utf8.count })
        // One edit is refused before it changes anything, several are tried first.
        if patch.edits.count > 1 { try rehearse(patch, root) }
        var problem: Problem?
        let update = document.transact { document in
            do throws(Problem) {
                try Self.make(patch, &document, root)
            } catch {
                problem = error
            }
        }
        if !update.isEmpty { record(update, by: author) }
        if let problem { throw problem }
    }

    private func rehearse(_ patch: TextPatch, _ root: Root) throws(Problem) {
        let text = document.text(root)
        var trial = Document(client: Self.seedClient)
        let place = trial.root("content")
        do throws(EditFault) {
            _ = try trial.insert(text.span, at: 0, in: place)
        } catch {
            throw Self.problem(error)
        }
        guard trial.utf16Count(place) == document.utf16Count(root) else { throw Self.problem(.notText) }
        try Self.make(patch, &trial, place)
    }

    private static func make(
        _ patch: TextPatch, _ document: inout Document, _ root: Root
    ) throws(Problem) {
        for (index, edit) in patch.edits.enumerated() {
            do throws(EditFault) {
                try make(edit, patch.unit, &document, root)
            } catch {
                throw problem(error, "/edits/\(index)", patch.unit, &document, root)
            }
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

    private static func problem(
        _ fault: EditFault, _ pointer: String, _ unit: TextUnit, _ document: inout Document, _ root: Root
    ) -> Problem {
        let size =
            switch unit {
            case .utf16: "\(document.utf16Count(root)) UTF-16 units"
            case .utf8: "\(document.utf8Count(root)) bytes"
            case .lines: "\(document.lineCount(root)) lines, of which the first is 0"
            }
        return switch fault {
        case .outOfBounds:
            .refusal(pointer, .outOfRange, "expected start <= end within the text, which has \(size) there")
        case .splitsCharacter: .refusal(pointer, .wrongFormat, "it begins or ends inside a character")
        default: problem(fault)
        }
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
            throw .refusal("body", .wrongFormat, error.detail)
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
