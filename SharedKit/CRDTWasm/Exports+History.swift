/// Starts to remember the edits of a root, for undo and redo; what was remembered before is forgotten.
@_expose(wasm, "crdt_track") @_cdecl("crdt_track")
public func crdtTrack(_ engine: EngineHandle, _ root: Int32) -> Int32 {
    guard let root = open(engine).pointee.root(root) else { return Refusal.unknownRoot }
    open(engine).pointee.document.trackHistory(of: root)
    return 0
}

/// The next edit starts a new step of the history.
@_expose(wasm, "crdt_close_step") @_cdecl("crdt_close_step")
public func crdtCloseStep(_ engine: EngineHandle) { open(engine).pointee.document.closeUndoStep() }

/// Takes the last step back, or does the step again that was taken back last; answers with the update, which
/// is empty when there is none.
@_expose(wasm, "crdt_undo") @_cdecl("crdt_undo")
public func crdtUndo(_ engine: EngineHandle, _ isRedo: Bool) -> Int32 {
    open(engine).pointee.document.writer.clear()
    open(engine).pointee.document.step(isRedo ? .redoing : .undoing)
    return open(engine).pointee.answer
}

/// Bit 0: there is something to undo; bit 1: there is something to redo.
@_expose(wasm, "crdt_history") @_cdecl("crdt_history")
public func crdtHistory(_ engine: EngineHandle) -> Int32 {
    (open(engine).pointee.document.canUndo ? 1 : 0) | (open(engine).pointee.document.canRedo ? 2 : 0)
}
