import CRDTCore
import Testing

@Suite("replicas") struct ReplicaTests {
    /// Three clients edit and hear of each other late, in any order and twice; returns all updates.
    private func session(_ seed: UInt64, _ documents: [Box]) throws -> [[UInt8]] {
        var random = SeededNumbers(seed: seed)
        var inboxes = [[[UInt8]]](repeating: [], count: documents.count)
        var log: [[UInt8]] = []
        for _ in 0..<600 {
            let who = Int.random(in: 0..<documents.count, using: &random)
            if Bool.random(using: &random), !inboxes[who].isEmpty {
                inboxes[who].shuffle(using: &random)
                let update = inboxes[who].removeLast()
                if Bool.random(using: &random) { inboxes[who].append(update) }
                try documents[who].take(update)
                continue
            }
            let update = try documents[who].edit(&random)
            guard !update.isEmpty else { continue }
            log.append(update)
            for other in inboxes.indices where other != who { inboxes[other].append(update) }
        }
        for who in documents.indices {
            for update in inboxes[who].reversed() { try documents[who].take(update) }
        }
        return log
    }

    @Test("all converge, with and without what was deleted", arguments: [UInt64(11), 12, 13, 14])
    func convergence(seed: UInt64) throws {
        let boxes = [Box(5, false), Box(1 << 53 - 2, true), Box(900_000_007, false)]
        let log = try session(seed, boxes)
        for box in boxes { for update in log { try box.take(update) } }
        let texts = boxes.map { $0.text() }
        #expect(texts[0] == texts[1] && texts[1] == texts[2])
        #expect(boxes[0].document.encode() == (boxes[2].document.encode()))
        #expect(boxes[0].document.stateVector() == (boxes[1].document.stateVector()))
        let merged = try UpdateTool.merge(log, joiningRuns: true)
        let fresh = Box(7, false)
        try fresh.take(merged)
        #expect(fresh.text() == texts[0])
        let snapshot = boxes[0].document.snapshot()
        let loaded = try Document(client: 9, snapshot: snapshot.span).encode()
        #expect(loaded == (boxes[0].document.encode()))
    }

    @Test("a replica that follows the reported changes shows the same text", arguments: [UInt64(21), 22])
    func observed(seed: UInt64) throws {
        let log = try session(seed, [Box(5, false), Box(6, false), Box(7, false)])
        var document = Document(client: 8)
        let root = document.root(named: "t")
        var units: [UInt16] = []
        for update in log.reversed() + log {
            var changes: [TextChange] = []
            _ = try document.apply(update.span, observing: root, changes: &changes)
            for change in changes {
                let inserted = String(decoding: change.inserted, as: UTF8.self).utf16
                units.replaceSubrange(change.offset..<change.offset + change.removed, with: inserted)
            }
        }
        let text = document.text(root)
        #expect(Array(String(decoding: units, as: UTF16.self).utf8) == text)
    }

    @Test("an older version can be read again")
    func versions() throws {
        let box = Box(5, true)
        var random = SeededNumbers(seed: 31)
        var known: [(version: [UInt8], text: [UInt8])] = []
        for _ in 0..<300 {
            _ = try box.edit(&random)
            known.append((box.document.version(), box.text()))
        }
        for entry in known {
            let root = box.document.root(named: "t")
            let text = try box.document.text(root, at: entry.version.span)
            #expect(text == entry.text)
        }
    }

    @Test("anchors stay with their units while others write")
    func anchors() throws {
        let box = Box(5, false)
        let root = box.document.root(named: "t")
        let (text, word) = (Array("hello world".utf8), Array("big ".utf8))
        _ = try box.document.insert(text.span, at: 0, in: root)
        let right = try box.document.anchor(at: 6, assoc: 0, in: root)
        let left = try box.document.anchor(at: 6, assoc: -1, in: root)
        let end = try box.document.anchor(at: 11, assoc: 0, in: root)
        _ = try box.document.insert(word.span, at: 6, in: root)
        let bytes = right.encode()
        let read = try Anchor(bytes.span)
        #expect(read == right)
        let places = [box.document.resolve(right), box.document.resolve(left), box.document.resolve(end)]
        #expect(places == [10, 6, 15])
        _ = try box.document.delete(0..<15, in: root)
        #expect(box.document.resolve(right) == 0)
    }
}

/// A document behind a reference, because it cannot be copied into an array.
final class Box {
    var document: Document

    init(_ client: UInt64, _ keepsDeleted: Bool) {
        document = Document(client: client, keepsDeleted: keepsDeleted)
    }

    func take(_ update: [UInt8]) throws { _ = try document.take(update) }

    func text() -> [UInt8] { CRDTCoreTests.text(of: &document) }

    /// One random edit at a place that cuts no character; empty when it hit one.
    func edit(_ random: inout SeededNumbers) throws -> [UInt8] {
        let root = document.root(named: "t")
        let count = document.utf16Count(root)
        let start = Int.random(in: 0...count, using: &random)
        let end = min(count, start + Int.random(in: 0...3, using: &random))
        let word = Array((["", "a", "bcd", "é", "😀", "\n", "日本 "].randomElement(using: &random) ?? "").utf8)
        do {
            return try document.replace(start..<end, with: word.span, in: root)
        } catch EditFault.splitsCharacter {
            return []
        }
    }
}
