import CRDTCore

/// The documents and answers of a transcript. Answers are those of the WebAssembly interface: a length and
/// the bytes, or the negative code of a refusal.
struct TranscriptRun: ~Copyable {
    private(set) var digests: [String] = []
    private var bases: [[[UInt8]]] = []
    private var document = Document(client: 0)
    private var answers: [UInt8] = []
    private var isOpen = false

    private var content: Root { mutating get { document.root("content") } }

    mutating func perform(_ call: TranscriptCall) {
        switch call.kind {
        case .base: define(call)
        case .new: begin(call)
        case .track: document.trackHistory(of: content)
        case .close: document.closeUndoStep()
        case .resolve: note(number: resolve(call))
        default: note(answer(call))
        }
    }

    private mutating func define(_ call: TranscriptCall) {
        while bases.count <= call.first { bases.append([]) }
        bases[call.first].append(call.bytes)
    }

    private mutating func begin(_ call: TranscriptCall) {
        endCase()
        isOpen = true
        document = Document(client: UInt64(call.second))
        for update in bases[call.first] {
            note(Answer { () throws in try document.applyEncoding(update.span) })
        }
    }

    /// Digests what the running case has answered.
    mutating func endCase() {
        if isOpen { digests.append(String(Digest.hex(answers).prefix(16))) }
        answers.removeAll(keepingCapacity: true)
    }

    private mutating func answer(_ call: TranscriptCall) -> Answer {
        let root = content
        return Answer { () throws in
            switch call.kind {
            case .apply: try document.applyEncoding(call.bytes.span)
            case .observe: try observe(call.bytes, root)
            case .diff: try call.bytes.isEmpty ? document.encode() : document.encode(since: call.bytes.span)
            case .vector: document.stateVector()
            case .replace: try replace(call, root)
            case .anchor: try document.anchor(at: call.first, assoc: call.second, in: root).encode()
            case .merge: try UpdateTool.merge(call.updates)
            case .undo: document.undo()
            case .redo: document.redo()
            default: document.text(root)
            }
        }
    }

    private mutating func replace(_ call: TranscriptCall, _ root: Root) throws -> [UInt8] {
        guard call.first <= call.second else { throw EditFault.outOfBounds }
        return try document.replace(call.first..<call.second, with: call.bytes.span, in: root)
    }

    /// The changes, each as offset, removed units and length of what was inserted, and that.
    private mutating func observe(_ update: [UInt8], _ root: Root) throws -> [UInt8] {
        var changes: [TextChange] = []
        _ = try document.apply(update.span, observing: root, changes: &changes)
        var flat: [UInt8] = []
        for change in changes {
            for number in [change.offset, change.removed, change.inserted.count] {
                withUnsafeBytes(of: Int32(number).littleEndian) { flat += $0 }
            }
            flat += change.inserted
        }
        return flat
    }

    private mutating func resolve(_ call: TranscriptCall) -> Int32 {
        do {
            let anchor = try Anchor(call.bytes.span)
            return document.resolve(anchor).map { Int32($0) } ?? -21
        } catch {
            return Answer.code(error)
        }
    }

    private mutating func note(number: Int32) {
        withUnsafeBytes(of: number.littleEndian) { answers += $0 }
    }

    private mutating func note(_ answer: Answer) {
        switch answer {
        case .bytes(let bytes):
            note(number: Int32(bytes.count))
            answers += bytes
        case .refused(let code): note(number: code)
        }
    }
}

/// Bytes, or the code of a refusal.
enum Answer {
    case bytes([UInt8])
    case refused(Int32)

    init(_ body: () throws -> [UInt8]) {
        do { self = .bytes(try body()) } catch { self = .refused(Self.code(error)) }
    }

    /// The codes of the WebAssembly interface.
    static func code(_ error: any Error) -> Int32 {
        (error as? UpdateFault)?.rawValue ?? (error as? EditFault)?.rawValue ?? -99
    }
}
