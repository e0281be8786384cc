/// A Yjs document: structs, deletes and what is still pending.
package struct Document: ~Copyable {
    /// The client id that local edits carry.
    package let client: UInt64

    /// An empty document whose local edits carry `client`.
    package init(client: UInt64) { self.client = client }
}
