// What JavaScript calls. Every function takes the engine that `crdt_new` gave; bytes come from the engine's
// input, which `crdt_input` makes large enough, and answers go to its output. Answers below 0 are refusals.

func engine(_ handle: UnsafeMutableRawPointer) -> UnsafeMutablePointer<Engine> {
    handle.assumingMemoryBound(to: Engine.self)
}

/// A new empty document; the client id is `high * 2^32 + low` and at most 2^53 - 1.
@_expose(wasm, "crdt_new") @_cdecl("crdt_new")
public func crdtNew(_ low: UInt32, _ high: UInt32) -> UnsafeMutableRawPointer {
    let place = UnsafeMutablePointer<Engine>.allocate(capacity: 1)
    place.initialize(to: Engine(client: UInt64(high & 0x1F_FFFF) << 32 | UInt64(low)))
    return UnsafeMutableRawPointer(place)
}

/// Ends a document; the handle is invalid afterwards.
@_expose(wasm, "crdt_free") @_cdecl("crdt_free")
public func crdtFree(_ handle: UnsafeMutableRawPointer) {
    engine(handle).deinitialize(count: 1)
    engine(handle).deallocate()
}

/// Where to write the next `count` bytes.
@_expose(wasm, "crdt_input") @_cdecl("crdt_input")
public func crdtInput(_ handle: UnsafeMutableRawPointer, _ count: Int32) -> UnsafeMutableRawPointer? {
    engine(handle).pointee.input.reserve(Int(count))
    return UnsafeMutableRawPointer(engine(handle).pointee.input.start)
}

/// Where the bytes of the last answer are.
@_expose(wasm, "crdt_output") @_cdecl("crdt_output")
public func crdtOutput(_ handle: UnsafeMutableRawPointer) -> UnsafeMutableRawPointer? {
    UnsafeMutableRawPointer(engine(handle).pointee.output.start)
}

/// The number of the root text whose name is the input.
@_expose(wasm, "crdt_root") @_cdecl("crdt_root")
public func crdtRoot(_ handle: UnsafeMutableRawPointer, _ count: Int32) -> Int32 {
    let name = engine(handle).pointee.input.first(Int(count))
    let root = engine(handle).pointee.document.root(name.span)
    let known = engine(handle).pointee.roots.count
    for index in 0..<known where engine(handle).pointee.roots[index] == root { return Int32(index) }
    engine(handle).pointee.roots.append(root)
    return Int32(known)
}

/// An edit of the root numbered `root`: its update's length, or a refusal.
func edit(
    _ handle: UnsafeMutableRawPointer, _ root: Int32,
    _ body: (inout Document, Root) throws(EditFault) -> [UInt8]
) -> Int32 {
    let engine = engine(handle)
    guard root >= 0, Int(root) < engine.pointee.roots.count else { return Refusal.unknownRoot }
    do throws(EditFault) {
        return engine.pointee.answer(try body(&engine.pointee.document, engine.pointee.roots[Int(root)]))
    } catch {
        return Refusal.code(error)
    }
}

/// Inserts the input at a UTF-16 offset; answers with the update.
@_expose(wasm, "crdt_insert") @_cdecl("crdt_insert")
public func crdtInsert(
    _ handle: UnsafeMutableRawPointer, _ root: Int32, _ offset: Int32, _ count: Int32
) -> Int32 {
    let text = engine(handle).pointee.input.first(Int(count))
    return edit(handle, root) { document, root throws(EditFault) in
        try document.insert(text.span, at: Int(offset), in: root)
    }
}

/// Deletes the UTF-16 units from `start` to `end`, excluded; answers with the update.
@_expose(wasm, "crdt_delete") @_cdecl("crdt_delete")
public func crdtDelete(
    _ handle: UnsafeMutableRawPointer, _ root: Int32, _ start: Int32, _ end: Int32
) -> Int32 {
    edit(handle, root) { document, root throws(EditFault) in
        guard start <= end else { throw .outOfBounds }
        return try document.delete(Int(start)..<Int(end), in: root)
    }
}

/// Replaces the UTF-16 units from `start` to `end` by the input; answers with the update.
@_expose(wasm, "crdt_replace") @_cdecl("crdt_replace")
public func crdtReplace(
    _ handle: UnsafeMutableRawPointer, _ root: Int32, _ start: Int32, _ end: Int32, _ count: Int32
) -> Int32 {
    let text = engine(handle).pointee.input.first(Int(count))
    return edit(handle, root) { document, root throws(EditFault) in
        guard start <= end else { throw .outOfBounds }
        return try document.replace(Int(start)..<Int(end), with: text.span, in: root)
    }
}

/// The length of a text in UTF-16 units.
@_expose(wasm, "crdt_length") @_cdecl("crdt_length")
public func crdtLength(_ handle: UnsafeMutableRawPointer, _ root: Int32) -> Int32 {
    let engine = engine(handle)
    guard root >= 0, Int(root) < engine.pointee.roots.count else { return Refusal.unknownRoot }
    return Int32(truncatingIfNeeded: engine.pointee.document.utf16Count(engine.pointee.roots[Int(root)]))
}

/// A text in UTF-8.
@_expose(wasm, "crdt_text") @_cdecl("crdt_text")
public func crdtText(_ handle: UnsafeMutableRawPointer, _ root: Int32) -> Int32 {
    edit(handle, root) { document, root throws(EditFault) in document.text(root) }
}

/// Something that reads or writes updates: the length of its answer, or a refusal.
func exchange(
    _ handle: UnsafeMutableRawPointer, _ body: (inout Document) throws(UpdateFault) -> [UInt8]
) -> Int32 {
    let engine = engine(handle)
    do throws(UpdateFault) {
        return engine.pointee.answer(try body(&engine.pointee.document))
    } catch {
        return Refusal.code(error)
    }
}

/// Applies the update in the input; answers with what Yjs would emit.
@_expose(wasm, "crdt_apply") @_cdecl("crdt_apply")
public func crdtApply(_ handle: UnsafeMutableRawPointer, _ count: Int32) -> Int32 {
    let update = engine(handle).pointee.input.first(Int(count))
    return exchange(handle) { document throws(UpdateFault) in try document.applyEncoding(update.span) }
}

/// Applies the update in the input; answers with the changes of one text: for each its offset, removed units
/// and number of inserted bytes, 32-bit little-endian, then these bytes.
@_expose(wasm, "crdt_apply_observing") @_cdecl("crdt_apply_observing")
public func crdtApplyObserving(_ handle: UnsafeMutableRawPointer, _ root: Int32, _ count: Int32) -> Int32 {
    let update = engine(handle).pointee.input.first(Int(count))
    guard root >= 0, Int(root) < engine(handle).pointee.roots.count else { return Refusal.unknownRoot }
    let text = engine(handle).pointee.roots[Int(root)]
    return exchange(handle) { document throws(UpdateFault) in
        var changes: [TextChange] = []
        _ = try document.apply(update.span, observing: text, changes: &changes)
        return flat(changes)
    }
}

private func flat(_ changes: [TextChange]) -> [UInt8] {
    var writer = ByteWriter()
    for change in changes {
        writer.word(change.offset)
        writer.word(change.removed)
        writer.word(change.inserted.count)
        change.inserted.withUnsafeBufferPointer { writer.raw($0) }
    }
    return writer.take()
}

extension ByteWriter {
    /// 32 bits, little-endian.
    @inline(never)
    fileprivate mutating func word(_ value: Int) {
        for index in 0..<4 { byte(UInt8(truncatingIfNeeded: value >> (8 * index))) }
    }
}

/// The whole state as an update.
@_expose(wasm, "crdt_state") @_cdecl("crdt_state")
public func crdtState(_ handle: UnsafeMutableRawPointer) -> Int32 {
    exchange(handle) { document throws(UpdateFault) in document.encode() }
}

/// What a document with the state vector in the input lacks.
@_expose(wasm, "crdt_diff") @_cdecl("crdt_diff")
public func crdtDiff(_ handle: UnsafeMutableRawPointer, _ count: Int32) -> Int32 {
    let vector = engine(handle).pointee.input.first(Int(count))
    return exchange(handle) { document throws(UpdateFault) in try document.encode(since: vector.span) }
}

/// The state vector.
@_expose(wasm, "crdt_vector") @_cdecl("crdt_vector")
public func crdtVector(_ handle: UnsafeMutableRawPointer) -> Int32 {
    exchange(handle) { document throws(UpdateFault) in document.stateVector() }
}
