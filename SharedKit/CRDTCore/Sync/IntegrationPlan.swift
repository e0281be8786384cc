/// In which order the structs of an update can be integrated, found without touching the document.
struct IntegrationPlan: ~Copyable {
    /// How far a client's block has been planned.
    struct Progress: BitwiseCopyable {
        /// The next record, and where the block's records end.
        var next: UInt32
        var end: UInt32
        /// The client's next clock once everything planned is integrated.
        var state: UInt32
        /// Nothing more of it can be integrated now.
        var isStuck = false
        var isStacked = false

        var isOpen: Bool { next < end && !isStuck }
    }

    /// Something a stuck block waits for: worth another look once the client's state has passed the clock.
    struct Want: BitwiseCopyable {
        var client: UInt64
        var clock: UInt32
    }

    /// Records in order of integration.
    var order = Column<UInt32>()
    var progress = Column<Progress>()
    var wants = Column<Want>()
    var stack = Column<UInt32>()
    /// Whether every struct is new, whole and can be integrated.
    var isWhole = true

    mutating func clear() {
        order.removeAll(keeping: 256)
        progress.removeAll(keeping: 256)
        wants.removeAll(keeping: 64)
        stack.removeAll(keeping: 64)
        isWhole = true
    }
}
