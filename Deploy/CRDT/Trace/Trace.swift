/// A recorded editing session: flat, so that replaying it measures the engine and not the reader.
struct Trace {
    /// At `position` delete `deleted` characters, then insert the bytes of `text`.
    struct Patch {
        var position: Int
        var deleted: Int
        var text: Range<Int>
    }

    /// What one agent did on top of the merge of `parents`.
    struct Transaction {
        var agent: Int
        var patches: Range<Int>
        var parents: Range<Int>
    }

    var startContent: [UInt8] = []
    var endContent: [UInt8] = []
    var isConcurrent = false
    var agents = 1
    var transactions: [Transaction] = []
    var patches: [Patch] = []
    /// Indexes of transactions, sliced by `Transaction.parents`.
    var parents: [Int] = []
    /// All inserted text in UTF-8, sliced by `Patch.text`.
    var text: [UInt8] = []

    /// Whether positions in characters differ from positions in UTF-16 somewhere.
    var hasSurrogates: Bool { text.contains { $0 >= 0xF0 } || startContent.contains { $0 >= 0xF0 } }
}
