private import Synchronization

/// A Yjs document: every struct ever written, who wrote it, and what still waits for its dependencies.
///
/// Start reading here, then `Document+Apply`, `Document+Place` (the merge algorithm) and
/// `Document+CleanUp`. The rules are those of Yjs 13.6, to the byte.
///
/// Items live in one column, clients and types in others; they know each other by index. Nothing is a class,
/// nothing is hashed but names and client ids, so the same source becomes the browser's WebAssembly engine.
package struct Document: ~Copyable {
    /// The client id that local edits carry, below 2^53.
    package let client: UInt64
    /// Whether deleted content stays readable, for views of older versions. Costs memory; replicas need not
    /// agree.
    package let keepsDeleted: Bool
    /// How many bytes may wait for their dependencies before updates are refused.
    package var pendingLimit = Limits.pendingBytes

    var items = Column<Item>()
    /// Head of the chain of free items, linked through `right`.
    var freeItem: UInt32 = .none
    var clients = Column<ClientStore>()
    var clientIndex = HashIndex()
    var lastClient: UInt32 = .none
    /// Dense index of `client` since the first local edit.
    var ownIndex: UInt32 = .none
    let seed: UInt64

    var names: NameTable
    var types = Column<TypeNode>()
    var entries: MapEntries
    /// First of the entries that name the roots.
    var firstRoot: UInt32 = .none
    var indexes = Column<SequenceIndex>()
    var freeIndex: UInt32 = .none
    var cursor = EditCursor()

    var transaction = Transaction()
    /// Inside `transact`: edits gather instead of returning updates.
    var isTransacting = false
    /// Bytes of content that all clients hold, dead ones included.
    var contentTotal = 0
    /// Counts the items that conflict scans have come by.
    var scanned: UInt32 = 0
    var pending = PendingStructs()
    var pendingDeletes = Column<DeletedClocks>()
    var observer = ChangeObserver()
    var history = UndoHistory()

    var update = DecodedUpdate()
    var plan = IntegrationPlan()
    var writer = ByteWriter()

    /// Never read. Whatever holds an atomic stays where it is, so the compiler passes a document by its
    /// address; else every call of a method that does not mutate would copy its kilobyte first.
    private let pin = Atomic<UInt8>(0)

    /// An empty document whose local edits carry `client`, which is below 2^53.
    package init(client: UInt64) { self.init(client: client, keepsDeleted: false) }

    /// An empty document; `keepsDeleted` keeps deleted text readable for older versions.
    package init(client: UInt64, keepsDeleted: Bool) {
        precondition(client <= Limits.largestNumber, "a client id has 53 bits")
        self.client = client
        self.keepsDeleted = keepsDeleted
        seed = UInt64(scramble(client, 0x0C0D_EC0A, seed: 0x5EED)) | 1 << 40
        names = NameTable(seed: seed)
        entries = MapEntries(seed: seed)
    }
}
