internal import CRDTCore
internal import Contracts
internal import SystemKit

/// A document made anew from what was stored, apart from the live one.
struct Replay {
    private let stored: StoredDocument

    init(_ stored: StoredDocument) { self.stored = stored }

    /// - Throws: `UpdateFault`.
    private func document() throws(UpdateFault) -> Document {
        try DocumentSnapshot.open(stored.snapshot, client: 0)
    }

    /// The text of `content`.
    /// - Throws: `UpdateFault` when the snapshot is none of ours.
    func text() throws(UpdateFault) -> [UInt8] {
        var document = try replayed()
        let root = document.root("content")
        return document.text(root)
    }

    /// The document in the engine's columns.
    /// - Throws: `UpdateFault` when the snapshot is none of ours.
    func snapshot() throws(UpdateFault) -> [UInt8] { try replayed().snapshot() }

    private func replayed() throws(UpdateFault) -> Document {
        var document = try document()
        for record in stored.records {
            guard let update = record.update else { continue }
            do throws(UpdateFault) { _ = try document.apply(update.span) } catch { continue }
        }
        return document
    }

    /// Who wrote which part of the text: each update's changes of the text belong to who sent it.
    /// - Throws: `UpdateFault` when the snapshot is none of ours.
    func authors() throws(UpdateFault) -> [Authorship] {
        var document = try document()
        let root = document.root("content")
        var parts = AuthoredParts()
        let before = document.utf16Count(root)
        if before > 0 { parts.replace(0, 0, with: before, by: nil) }
        var changes: [TextChange] = []
        for record in stored.records {
            guard let update = record.update else { continue }
            changes.removeAll(keepingCapacity: true)
            do throws(UpdateFault) {
                _ = try document.apply(update.span, observing: root, changes: &changes)
            } catch {
                continue
            }
            let author = record.author == .zero ? nil : record.author
            for change in changes {
                let units = String(decoding: change.inserted, as: UTF8.self).utf16.count
                parts.replace(change.offset, change.removed, with: units, by: author)
            }
        }
        return parts.all
    }
}

/// Lengths of text and their authors, in order.
struct AuthoredParts {
    private var parts: [(units: Int, author: UserID?)] = []

    /// Replaces `removed` units at `offset` by `inserted` units of an author.
    mutating func replace(_ offset: Int, _ removed: Int, with inserted: Int, by author: UserID?) {
        let start = split(at: offset)
        let end = split(at: offset + removed)
        parts.replaceSubrange(start..<end, with: inserted > 0 ? [(inserted, author)] : [])
        join(around: start)
    }

    /// The index of the part that begins at `offset`, made by splitting one if need be.
    private mutating func split(at offset: Int) -> Int {
        var start = 0
        for index in parts.indices {
            if start >= offset { return index }
            let units = parts[index].units
            if start + units > offset {
                let author = parts[index].author
                parts[index].units = offset - start
                parts.insert((start + units - offset, author), at: index + 1)
                return index + 1
            }
            start += units
        }
        return parts.count
    }

    private mutating func join(around index: Int) {
        for place in [index + 1, index] where place > 0 && place < parts.count {
            guard parts[place - 1].author == parts[place].author else { continue }
            parts[place - 1].units += parts[place].units
            parts.remove(at: place)
        }
    }

    /// The parts with their places.
    var all: [Authorship] {
        var start = 0
        return parts.prefix(Limits.authorships).map { part in
            defer { start += part.units }
            return .with {
                $0.start = start
                $0.units = part.units
                $0.userID = part.author
            }
        }
    }
}
