import CRDTCore

/// What holds for every input, good or bad; the fuzzer and the corpus test call it.
///
/// The first byte chooses what the rest is, the second where an input of two updates is cut.
enum DocumentExercise {
    /// What does not hold, or nil.
    static func fault(of input: [UInt8]) -> String? {
        guard input.count >= 2 else { return nil }
        let rest = Array(input[2...])
        let cut = Int(input[1]) * rest.count / 255
        switch input[0] % 6 {
        case 0: return applied(rest, to: base(edits: 0))
        case 1: return applied(rest, to: base(edits: 6))
        case 2: return pair(Array(rest[..<cut]), Array(rest[cut...]))
        case 3: return merged(Array(rest[..<cut]), Array(rest[cut...]))
        case 4: return snapshot(rest)
        default: return small(rest)
        }
    }

    /// A document with some typed text.
    private static func base(edits: Int) -> Document {
        var document = Document(client: 5)
        let root = document.root("t")
        for edit in 0..<edits {
            do {
                _ = try document.insert(Array("text😀\(edit)\n".utf8).span, at: 0, in: root)
                if edit % 3 == 2 { _ = try document.delete(1..<4, in: root) }
            } catch {
                preconditionFailure("a good edit is refused")
            }
        }
        return document
    }

    /// Refused: as before. Taken: state, vector, snapshot and text agree with each other.
    private static func applied(_ update: [UInt8], to document: consuming Document) -> String? {
        let before = document.encode()
        let vector = document.stateVector()
        do {
            _ = try document.apply(update.span)
        } catch {
            let isUnchanged = document.encode() == before && document.stateVector() == vector
            return isUnchanged ? nil : "a refused update left a trace"
        }
        return consistency(of: document)
    }

    private static func consistency(of document: borrowing Document) -> String? {
        do {
            let state = document.encode()
            try UpdateTool.validate(state.span)
            var reloaded = Document(client: 6)
            _ = try reloaded.apply(state.span)
            let restored = try Document(client: 6, snapshot: document.snapshot().span)
            if let fault = difference(of: reloaded, from: document) { return "a reload \(fault)" }
            if let fault = difference(of: restored, from: document) { return "a snapshot \(fault)" }
            let outcome = try reloaded.apply(state.span)
            if outcome.changed { return "the same state is news" }
            let diff = try reloaded.encode(since: document.stateVector().span)
            _ = try reloaded.apply(diff.span)
            return nil
        } catch {
            return "our own bytes are refused: \(error)"
        }
    }

    /// The same vector and text, but for two things that only forgers bring about, and with Yjs as well: of
    /// what was sent twice with different origins the unknown end is told, which does not wait for the
    /// missing one any more; and where origins cross, the text depends on the order in which structs came.
    private static func difference(
        of copy: borrowing Document, from document: borrowing Document
    ) -> String? {
        let (after, before) = (copy.stateVector(), document.stateVector())
        guard after == before else {
            guard document.hasPending else { return "has another vector" }
            let known = states(after)
            let isBehind = states(before).contains { known[$0.key, default: 0] < $0.value }
            return isBehind ? "has lost something" : nil
        }
        let name = Array("t".utf8)
        guard text(document, name) != text(copy, name) else { return nil }
        return document.isInOrder() ? "has another text" : nil
    }

    private static func states(_ vector: [UInt8]) -> [UInt64: UInt64] {
        var numbers: [UInt64] = []
        var (number, shift) = (UInt64(0), UInt64(0))
        for byte in vector {
            number |= UInt64(byte & 127) << shift
            shift += 7
            guard byte < 128 else { continue }
            numbers.append(number)
            (number, shift) = (0, 0)
        }
        let pairs = stride(from: 1, to: numbers.count - 1, by: 2).map { (numbers[$0], numbers[$0 + 1]) }
        return Dictionary(pairs) { max($0, $1) }
    }

    private static func text(_ document: borrowing Document, _ name: [UInt8]) -> [UInt8] {
        document.existingRoot(name.span).map { document.text($0) } ?? []
    }

    /// Two updates in both orders end alike.
    private static func pair(_ one: [UInt8], _ other: [UInt8]) -> String? {
        var first = base(edits: 3)
        var second = base(edits: 3)
        do {
            _ = try first.apply(one.span)
            _ = try first.apply(other.span)
            _ = try second.apply(other.span)
            _ = try second.apply(one.span)
        } catch {
            return nil
        }
        return consistency(of: first) ?? consistency(of: second)
    }

    /// A merge is an update, and merging it again changes nothing.
    private static func merged(_ one: [UInt8], _ other: [UInt8]) -> String? {
        let both: [UInt8]
        do { both = try UpdateTool.merge([one, other]) } catch { return nil }
        do {
            let joined = try UpdateTool.merge([one, other, both], joiningRuns: true)
            if try UpdateTool.stateVector(of: joined.span) != UpdateTool.stateVector(of: both.span) {
                return "joining runs changes the vector"
            }
            let vector = try UpdateTool.stateVector(of: both.span)
            _ = try UpdateTool.diff(joined.span, since: vector.span)
            return nil
        } catch {
            return "a merge is refused: \(error)"
        }
    }

    private static func snapshot(_ bytes: [UInt8]) -> String? {
        let document: Document
        do { document = try Document(client: 6, snapshot: bytes.span) } catch { return nil }
        return consistency(of: document)
    }

    /// The small readers: vectors, anchors, v2.
    private static func small(_ bytes: [UInt8]) -> String? {
        var document = base(edits: 4)
        do { _ = try document.encode(since: bytes.span) } catch { return nil }
        do {
            let anchor = try Anchor(bytes.span)
            if let offset = document.resolve(anchor), offset < 0 { return "an anchor lies before the text" }
        } catch {
            return nil
        }
        return nil
    }
}
