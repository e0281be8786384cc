// What JavaScript calls. Every function takes the engine that `crdt_new` gave; bytes come from the engine's
// input, which `crdt_input` makes large enough, and answers go to its output. Answers below 0 are refusals.

/// An engine as JavaScript knows it: an address.
public typealias EngineHandle = UnsafeMutableRawPointer

func open(_ engine: EngineHandle) -> UnsafeMutablePointer<Engine> {
    engine.assumingMemoryBound(to: Engine.self)
}

/// A new empty document; the client id is `high * 2^32 + low` and at most 2^53 - 1.
@_expose(wasm, "crdt_new") @_cdecl("crdt_new")
public func crdtNew(_ low: UInt32, _ high: UInt32) -> EngineHandle {
    let place = UnsafeMutablePointer<Engine>.allocate(capacity: 1)
    place.initialize(to: Engine(client: UInt64(high & 0x1F_FFFF) << 32 | UInt64(low)))
    return UnsafeMutableRawPointer(place)
}

/// Ends a document; the handle is invalid afterwards.
@_expose(wasm, "crdt_free") @_cdecl("crdt_free")
public func crdtFree(_ engine: EngineHandle) {
    open(engine).deinitialize(count: 1)
    open(engine).deallocate()
}

/// Where to write the next `count` bytes.
@_expose(wasm, "crdt_input") @_cdecl("crdt_input")
public func crdtInput(_ engine: EngineHandle, _ count: Int32) -> UnsafePointer<UInt8>? {
    open(engine).pointee.input.removeAll(keeping: max(Int(count), 1 << 16))
    open(engine).pointee.input.reserve(Int(count))
    return open(engine).pointee.input.all.baseAddress
}

/// Where the bytes of the last answer are.
@_expose(wasm, "crdt_output") @_cdecl("crdt_output")
public func crdtOutput(_ engine: EngineHandle) -> UnsafePointer<UInt8>? {
    open(engine).pointee.document.writer.written.baseAddress
}

/// The number of the root text whose name is the input.
@_expose(wasm, "crdt_root") @_cdecl("crdt_root")
public func crdtRoot(_ engine: EngineHandle, _ count: Int32) -> Int32 {
    Int32(bitPattern: open(engine).pointee.document.rootType(named: open(engine).pointee.given(count)))
}

/// Replaces the UTF-16 units from `start` to `end` by the input; answers with the update.
@_expose(wasm, "crdt_replace") @_cdecl("crdt_replace")
public func crdtReplace(
    _ engine: EngineHandle, _ root: Int32, _ start: Int32, _ end: Int32, _ count: Int32
) -> Int32 {
    guard let root = open(engine).pointee.root(root) else { return Refusal.unknownRoot }
    do throws(EditFault) {
        guard start <= end else { throw .outOfBounds }
        let text = open(engine).pointee.given(count)
        try open(engine).pointee.document.change(Int(start)..<Int(end), text, in: root)
        open(engine).pointee.document.writeCommit()
        return open(engine).pointee.answer
    } catch {
        return error.rawValue
    }
}

/// The length of a text in UTF-16 units.
@_expose(wasm, "crdt_length") @_cdecl("crdt_length")
public func crdtLength(_ engine: EngineHandle, _ root: Int32) -> Int32 {
    guard let root = open(engine).pointee.root(root) else { return Refusal.unknownRoot }
    return Int32(truncatingIfNeeded: open(engine).pointee.document.utf16Count(root))
}

/// Something that writes its answer: the answer's length, or a refusal.
func write(
    _ engine: EngineHandle, _ body: (borrowing Document, inout ByteWriter) throws(UpdateFault) -> Void
) -> Int32 {
    var writer = ByteWriter()
    swap(&writer, &open(engine).pointee.document.writer)
    writer.clear()
    var answer: Int32 = 0
    do throws(UpdateFault) { try body(open(engine).pointee.document, &writer) } catch {
        writer.clear()
        answer = error.rawValue
    }
    swap(&writer, &open(engine).pointee.document.writer)
    return answer < 0 ? answer : open(engine).pointee.answer
}

/// A text in UTF-8.
@_expose(wasm, "crdt_text") @_cdecl("crdt_text")
public func crdtText(_ engine: EngineHandle, _ root: Int32) -> Int32 {
    guard let root = open(engine).pointee.root(root) else { return Refusal.unknownRoot }
    return write(engine) { document, writer throws(UpdateFault) in document.writeText(of: root, to: &writer) }
}

/// Applies the update in the input; answers with what Yjs would emit.
@_expose(wasm, "crdt_apply") @_cdecl("crdt_apply")
public func crdtApply(_ engine: EngineHandle, _ count: Int32) -> Int32 {
    do throws(UpdateFault) {
        _ = try open(engine).pointee.document.receive(open(engine).pointee.given(count))
        open(engine).pointee.document.writeCommit()
        return open(engine).pointee.answer
    } catch {
        return error.rawValue
    }
}

/// Has the updates that follow tell what they do to a root's text, -1: nothing any more. `crdt_changes` gives
/// it.
@_expose(wasm, "crdt_observe") @_cdecl("crdt_observe")
public func crdtObserve(_ engine: EngineHandle, _ root: Int32) {
    guard let root = open(engine).pointee.root(root) else {
        return open(engine).pointee.document.observer.type = .none
    }
    open(engine).pointee.document.beginObserving(root)
}

/// The changes of the observed text since the last call: for each its offset and removed units as varUints,
/// and what was inserted as a varString.
@_expose(wasm, "crdt_changes") @_cdecl("crdt_changes")
public func crdtChanges(_ engine: EngineHandle) -> Int32 {
    swap(&open(engine).pointee.document.writer, &open(engine).pointee.document.observer.changes)
    open(engine).pointee.document.observer.changes.clear()
    return open(engine).pointee.answer
}

/// What a document with the state vector in the input lacks; everything for no input.
@_expose(wasm, "crdt_diff") @_cdecl("crdt_diff")
public func crdtDiff(_ engine: EngineHandle, _ count: Int32) -> Int32 {
    write(engine) { document, writer throws(UpdateFault) in
        var states = Column<KnownState>()
        if count > 0 { try Reader.readStates(open(engine).pointee.given(count), into: &states) }
        document.writeState(since: states, to: &writer)
    }
}

/// The state vector.
@_expose(wasm, "crdt_vector") @_cdecl("crdt_vector")
public func crdtVector(_ engine: EngineHandle) -> Int32 {
    write(engine) { document, writer throws(UpdateFault) in document.writeStateVector(to: &writer) }
}

/// Makes one update of those in the input, which are varBuffers. The document is not asked.
@_expose(wasm, "crdt_merge") @_cdecl("crdt_merge")
public func crdtMerge(_ engine: EngineHandle, _ count: Int32) -> Int32 {
    write(engine) { _, writer throws(UpdateFault) in
        let input = open(engine).pointee.given(count)
        var merged = DecodedUpdate()
        if let base = input.baseAddress {
            var reader = Reader(base, 0..<input.count)
            while !reader.isAtEnd { try merged.add(base, try reader.block()) }
        }
        merged.arrange()
        merged.write(to: &writer, joiningRuns: false)
    }
}
