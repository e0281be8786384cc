/// Where the last local edit was: typing goes on there without a search.
struct EditCursor: BitwiseCopyable {
    var type: UInt32 = .none
    /// The item that the edit touched.
    var item: UInt32 = .none
    /// UTF-16 offset of its first unit.
    var start: UInt32 = 0

    mutating func forget() { item = .none }
}
