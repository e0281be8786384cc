/// The network of an address: what one subscriber gets, /24 of IPv4 and /48 of IPv6.
enum NetworkName {
    static func of(_ address: String) -> String {
        if address.contains(":") {
            let head = address.split(separator: ":", omittingEmptySubsequences: false).prefix(3)
            return head.joined(separator: ":").lowercased()
        }
        let parts = address.split(separator: ".")
        return parts.count == 4 ? parts.prefix(3).joined(separator: ".") : address
    }
}
