/// A position that stays at its character: `side` below 0 keeps to the left one.
@_expose(wasm, "crdt_anchor") @_cdecl("crdt_anchor")
public func crdtAnchor(
    _ handle: UnsafeMutableRawPointer, _ root: Int32, _ offset: Int32, _ side: Int32
) -> Int32 {
    edit(handle, root) { document, root throws(EditFault) in
        try document.anchor(at: Int(offset), assoc: Int(side), in: root).encode()
    }
}

/// Where the anchor in the input is now, as a UTF-16 offset.
@_expose(wasm, "crdt_resolve") @_cdecl("crdt_resolve")
public func crdtResolve(_ handle: UnsafeMutableRawPointer, _ count: Int32) -> Int32 {
    let bytes = engine(handle).pointee.input.first(Int(count))
    do throws(UpdateFault) {
        let anchor = try Anchor(bytes.span)
        guard let offset = engine(handle).pointee.document.resolve(anchor) else {
            return Refusal.unknownPlace
        }
        return Int32(truncatingIfNeeded: offset)
    } catch {
        return Refusal.code(error)
    }
}
