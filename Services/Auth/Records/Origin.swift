package import SystemKit

/// Where and when a request came from, as far as records want to know.
package struct Origin: Hashable, Sendable {
    /// The client's address, as the gateway states it.
    package let address: String
    /// What the client calls itself, cut to a sensible length.
    package let client: String
    /// When.
    package let now: Timestamp

    /// An origin.
    package init(address: String, client: String, now: Timestamp) {
        self.address = address
        self.client = String(decoding: client.utf8.prefix(Limits.clientBytes), as: UTF8.self)
        self.now = now
    }

    /// The network of the address.
    var network: String { NetworkName.of(address) }
}
