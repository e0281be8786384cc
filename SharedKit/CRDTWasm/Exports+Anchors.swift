/// A position that stays at its character: `side` below 0 keeps to the left one.
@_expose(wasm, "crdt_anchor") @_cdecl("crdt_anchor")
public func crdtAnchor(_ engine: EngineHandle, _ root: Int32, _ offset: Int32, _ side: Int32) -> Int32 {
    guard let root = open(engine).pointee.root(root) else { return Refusal.unknownRoot }
    do throws(EditFault) {
        let place = try open(engine).pointee.document.place(at: Int(offset), assoc: Int(side), in: root)
        open(engine).pointee.document.writer.clear()
        open(engine).pointee.document.writer.anchor(place)
        return open(engine).pointee.answer
    } catch {
        return error.rawValue
    }
}

/// Where the anchor in the input is now, as a UTF-16 offset.
@_expose(wasm, "crdt_resolve") @_cdecl("crdt_resolve")
public func crdtResolve(_ engine: EngineHandle, _ count: Int32) -> Int32 {
    do throws(UpdateFault) {
        let place = try AnchoredPlace(open(engine).pointee.given(count))
        guard let offset = open(engine).pointee.document.resolve(place) else { return Refusal.unknownPlace }
        return Int32(truncatingIfNeeded: offset)
    } catch {
        return error.rawValue
    }
}
