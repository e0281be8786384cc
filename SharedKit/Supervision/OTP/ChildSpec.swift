/// What a supervisor knows of one child, in OTP's words. How a child is started is the driver's business.
package struct ChildSpec: Sendable, Equatable {
    /// When a child that ended is started again.
    package enum Restart: String, Sendable, CaseIterable {
        /// Always.
        case permanent
        /// Only after a crash.
        case transient
        /// Never; its spec goes with it.
        case temporary
    }

    /// How a child is stopped.
    package enum Shutdown: Sendable, Equatable {
        /// At once and without asking.
        case brutalKill
        /// Politely, and by force when it takes longer.
        case timeout(Duration)
    }

    /// The name of the child, unique within its supervisor.
    package let id: String
    /// When it is started again.
    package var restart: Restart
    /// How it is stopped.
    package var shutdown: Shutdown
    /// The children that must be ready before this one starts, at boot and with its group; nil means all
    /// earlier ones.
    package var after: Set<String>?
    /// How long it may take to become ready before that counts as a crash; nil means for ever.
    package var startTimeout: Duration?

    /// Describes a child; the defaults are OTP's for a worker.
    package init(
        id: String,
        restart: Restart = .permanent,
        shutdown: Shutdown = .timeout(.seconds(5)),
        after: Set<String>? = nil,
        startTimeout: Duration? = nil
    ) {
        self.id = id
        self.restart = restart
        self.shutdown = shutdown
        self.after = after
        self.startTimeout = startTimeout
    }

    /// Whether a child that ended so is started again.
    func restarts(after reason: ExitReason) -> Bool {
        switch restart {
        case .permanent: true
        case .transient: reason == .crash
        case .temporary: false
        }
    }
}

/// Why a child ended.
package enum ExitReason: String, Sendable {
    /// It was done.
    case normal
    /// It was asked to end.
    case shutdown
    /// Anything else: an error, a signal, a missed deadline.
    case crash
}
