internal import CKernel
package import Contracts
package import Credentials
internal import SystemKit

/// A setting that cannot be used: which variable, and what it should hold.
package struct ConfigurationFault: Error, Equatable, CustomStringConvertible {
    /// The variable of the environment.
    package let variable: String
    /// The rule that its value breaks.
    package let rule: String

    /// A broken rule.
    package init(_ variable: String, _ rule: String) {
        self.variable = variable
        self.rule = rule
    }

    /// For people.
    package var description: String { "\(variable): \(rule)" }
}

/// The settings of one service: the only reader of the environment, typed, with errors that name the
/// variable.
package struct Configuration: Sendable {
    /// The variables as they are.
    package let environment: [String: String]
    /// Whose settings these are.
    package let service: ServiceName

    /// Settings of a service out of an environment; tests pass their own.
    package init(service: ServiceName, environment: [String: String]) {
        self.service = service
        self.environment = environment
    }

    /// The environment of this process.
    package static func processEnvironment() -> [String: String] {
        var environment: [String: String] = [:]
        var next = ck_environment()
        while let entry = next?.pointee {
            let parts = String(cString: entry).split(
                separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            if parts.count == 2 { environment[String(parts[0])] = String(parts[1]) }
            next = next?.advanced(by: 1)
        }
        return environment
    }

    /// A text, or nil when the variable is absent or empty.
    package func text(_ variable: String) -> String? {
        environment[variable].flatMap { $0.isEmpty ? nil : $0 }
    }

    /// A whole number in `bounds`.
    /// - Throws: `ConfigurationFault` naming the bounds.
    package func integer(
        _ variable: String, in bounds: ClosedRange<Int>, default fallback: Int
    ) throws(ConfigurationFault) -> Int {
        guard let text = text(variable) else { return fallback }
        guard let value = Int(text), bounds.contains(value) else {
            let rule = "expected a whole number from \(bounds.lowerBound) to \(bounds.upperBound)"
            throw ConfigurationFault(variable, rule)
        }
        return value
    }

    /// A switch: `1`, `true`, `yes`, `on` or `0`, `false`, `no`, `off`.
    /// - Throws: `ConfigurationFault` naming the words.
    package func flag(_ variable: String, default fallback: Bool) throws(ConfigurationFault) -> Bool {
        switch text(variable)?.lowercased() {
        case nil: return fallback
        case "1", "true", "yes", "on": return true
        case "0", "false", "no", "off": return false
        default: throw ConfigurationFault(variable, "expected 1, true, yes, on or 0, false, no, off")
        }
    }

    /// One of a fixed set of words.
    /// - Throws: `ConfigurationFault` naming the words.
    package func choice<Value: WireEnum>(
        _ variable: String, default fallback: Value
    ) throws(ConfigurationFault) -> Value {
        guard let text = text(variable) else { return fallback }
        guard let value = Value(rawValue: text) else {
            throw ConfigurationFault(
                variable, "expected one of: \(Value.allCases.map(\.rawValue).joined(separator: ", "))")
        }
        return value
    }

    /// What the service states and believes identities with: its own keys, or all from the fleet's one key.
    /// - Throws: `ConfigurationFault` when there is neither, or when it is something else.
    package func identityKeys() throws(ConfigurationFault) -> IdentityKeys {
        guard let text = text(IdentityHeader.keysVariable) else {
            return IdentityKeys(of: service, root: try key(IdentityHeader.rootVariable))
        }
        guard let keys = IdentityKeys(of: service, text: text) else {
            let rule = "expected caller>callee=64 hex digits, by commas"
            throw ConfigurationFault(IdentityHeader.keysVariable, rule)
        }
        return keys
    }

    /// A key of one service alone; without one of its own it is derived from the fleet's.
    /// - Throws: `ConfigurationFault` when there is neither, or when it is something else.
    package func ownKey() throws(ConfigurationFault) -> Secret {
        let name = service.rawValue
        let variable = "CODECOLLAB_\(name.uppercased())_KEY"
        guard text(variable) == nil else { return try key(variable) }
        return try key(IdentityHeader.rootVariable).derived(for: "codecollab own v1 \(name)")
    }

    /// A key of 32 bytes in 64 hex digits.
    /// - Throws: `ConfigurationFault` when it is absent or something else.
    package func key(_ variable: String) throws(ConfigurationFault) -> Secret {
        guard let text = text(variable), let key = Secret(hex: text) else {
            throw ConfigurationFault(
                variable, "expected 64 hex digits (the supervisor makes them on first start)")
        }
        return key
    }
}
