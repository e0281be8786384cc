package import Contracts

/// The keys with which one service states identities to those it calls, and believes those who call it.
///
/// Each pair of services has a key of its own: who loses his can speak in nobody else's name, and what was
/// said to him is worth nothing elsewhere.
package struct IdentityKeys: Sendable {
    /// Whose keys these are.
    package let service: ServiceName
    let called: [ServiceName: Secret]
    let callers: [ServiceName: Secret]

    /// All pairs with `service`, from the key that all of them are derived from.
    package init(of service: ServiceName, root: Secret) {
        self.service = service
        called = Self.table { Self.pair(service, $0, root) }
        callers = Self.table { Self.pair($0, service, root) }
    }

    /// Those pairs with `service` that `text` names, as `text(of:calling:called:root:)` writes them; nil when
    /// it is not such a text.
    package init?(of service: ServiceName, text: String) {
        var (called, callers): ([ServiceName: Secret], [ServiceName: Secret]) = ([:], [:])
        for entry in text.split(separator: ",") {
            let parts = entry.split(separator: "=")
            guard parts.count == 2, let key = Secret(hex: String(parts[1])) else { return nil }
            let names = parts[0].split(separator: ">").map { ServiceName(rawValue: String($0)) }
            guard names.count == 2, let caller = names[0], let callee = names[1] else { return nil }
            if caller == service { called[callee] = key }
            if callee == service { callers[caller] = key }
        }
        self.service = service
        self.called = called
        self.callers = callers
    }

    /// The keys of `service`, who calls `called` and is called by `callers`: `caller>callee=hex`, by commas.
    package static func text(
        of service: String, calling called: [String], calledBy callers: [String], root: Secret
    ) -> String {
        let pairs = called.map { (service, $0) } + callers.map { ($0, service) }
        return pairs.map { caller, callee in
            "\(caller)>\(callee)=\(Hex.encode(root.derived(for: purpose(caller, callee)).bytes))"
        }.joined(separator: ",")
    }

    private static func table(_ key: (ServiceName) -> Secret) -> [ServiceName: Secret] {
        Dictionary(uniqueKeysWithValues: ServiceName.allCases.map { ($0, key($0)) })
    }

    private static func pair(_ caller: ServiceName, _ callee: ServiceName, _ root: Secret) -> Secret {
        root.derived(for: purpose(caller.rawValue, callee.rawValue))
    }

    private static func purpose(_ caller: String, _ callee: String) -> String {
        "codecollab identity v2 \(caller)>\(callee)"
    }
}
