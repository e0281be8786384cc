package import Contracts

/// A line of the configuration table.
package struct ConfigurationVariable: Sendable {
    /// Its name; `<SERVICE>` stands for a service in capitals.
    package let name: String
    /// What holds without it.
    package let fallback: String
    /// What it does.
    package let about: String

    /// A line.
    package init(name: String, fallback: String, about: String) {
        self.name = name
        self.fallback = fallback
        self.about = about
    }
}

extension ConfigurationVariable {
    /// Of services that know languages.
    package static let languages = ConfigurationVariable(
        name: "CODECOLLAB_LANGUAGES", fallback: "beside the executable, else Deploy/languages above it",
        about: "Directory of language definitions.")
    /// Of services that make artifacts or run them.
    package static let artifacts = ConfigurationVariable(
        name: "CODECOLLAB_ARTIFACTS", fallback: "$CODECOLLAB_HOME/data/artifacts",
        about: "Directory of artifacts, the same for compiler and executor.")
}

extension Configuration {
    /// The variables that every service reads.
    package static let variables = [
        ConfigurationVariable(
            name: "CODECOLLAB_HOME", fallback: "$HOME/.codecollab",
            about: "Directory of data, logs, secrets and sockets."),
        ConfigurationVariable(
            name: "CODECOLLAB_IDENTITY_KEYS", fallback: "from CODECOLLAB_INTERNAL_KEY",
            about: "caller>callee=64 hex digits, by commas: for whom this service may speak, and to whom."),
        ConfigurationVariable(
            name: "CODECOLLAB_INTERNAL_KEY", fallback: "required without the above",
            about: "64 hex digits that all these keys come from; the supervisor gives it to nobody."),
        ConfigurationVariable(
            name: "CODECOLLAB_HOST", fallback: "127.0.0.1", about: "Address on which the TCP port listens."),
        ConfigurationVariable(
            name: "CODECOLLAB_<SERVICE>_URL", fallback: "unix:$CODECOLLAB_HOME/run/<service>.sock",
            about: "Where a service is found: unix:/path or http://host:port."),
        ConfigurationVariable(
            name: "CODECOLLAB_DRAIN_SECONDS", fallback: "20",
            about: "How long requests in flight may take after SIGTERM."),
        ConfigurationVariable(
            name: "CODECOLLAB_<SERVICE>_USER", fallback: "591<last digits of its port>",
            about: "Who the service becomes when it is started as root; 0 keeps root."),
        ConfigurationVariable(
            name: "CODECOLLAB_GROUP", fallback: "59100", about: "The group that the services share."),
        ConfigurationVariable(
            name: "LOG_LEVEL", fallback: "info", about: "trace, debug, info, warning, error."),
        ConfigurationVariable(
            name: "OTEL_EXPORTER_OTLP_ENDPOINT", fallback: "none",
            about: "Where traces are sent (OTLP/HTTP JSON)."),
        ConfigurationVariable(
            name: "OTEL_TRACES_SAMPLER_ARG", fallback: "1.0", about: "Share of new traces recorded."),
        ConfigurationVariable(
            name: "LISTEN_FDS", fallback: "none",
            about:
                "Inherited listening sockets from descriptor 3 on; LISTEN_FDNAMES: tcp, unix."
        ),
    ]

    /// Directory of everything that the fleet keeps.
    package var home: String {
        text("CODECOLLAB_HOME") ?? "\(text("HOME") ?? "/var/lib")/.codecollab"
    }

    /// Directory of what this service keeps; made by whoever writes there first.
    package var dataDirectory: String { "\(home)/data/\(service.rawValue)" }

    /// Where a service's Unix socket lies.
    package func socketPath(of service: ServiceName) -> String { "\(home)/run/\(service.rawValue).sock" }

    /// Where another service is found.
    /// - Throws: `ConfigurationFault` for a URL that is neither `unix:` nor `http:`.
    package func address(of peer: ServiceName) throws(ConfigurationFault) -> PeerAddress {
        let variable = "CODECOLLAB_\(peer.rawValue.uppercased())_URL"
        guard let text = text(variable) else { return .unix(path: socketPath(of: peer)) }
        guard let address = PeerAddress(text) else {
            throw ConfigurationFault(variable, "expected unix:/path or http://host:port")
        }
        return address
    }
}
