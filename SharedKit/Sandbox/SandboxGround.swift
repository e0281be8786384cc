internal import CSandbox
internal import Glibc
package import SystemKit

/// Everything about sandboxes that takes root: made once, before a service gives up its rights.
///
/// The template that all sandboxes start from, the places of their cgroups, and the warden who is told of
/// both and takes no more such orders afterwards.
package final class SandboxGround: Sendable {
    /// The template: namespaces that nobody of us is in.
    struct Place: Sendable {
        let mounts: SharedFD
        let names: SharedFD
        let visible: [String]
    }

    let cgroups: Cgroups
    let visiblePaths: [String]
    /// Sandboxes of one profile that may wait for a program.
    let parked: Int
    /// Interpreters that may wait for a script.
    let warm: Int
    /// What is worse here than it could be.
    let warnings: [String]
    /// What programs that are run again mount.
    let spares = SpareTrees()
    private let owner: ServiceUser
    private let isMapped: Bool
    private let state: Locked<State>

    private struct State {
        var warden: Warden?
        /// Kept while we may start another warden.
        var place: Place?
    }

    /// Builds the template, and moves a warden into it.
    /// - Parameter owner: who the service will be.
    /// - Throws: `SandboxFailure` when programs cannot be isolated here.
    package init(
        _ configuration: SandboxHost.Configuration = .init(), for owner: ServiceUser = .current
    ) throws(SandboxFailure) {
        guard geteuid() == 0 else {
            throw .unsupported("isolating programs needs root: mount, pid and network namespaces")
        }
        var warnings: [String] = []
        cgroups = Cgroups(isWanted: configuration.usesCgroups, warnings: &warnings)
        parked = configuration.parked
        warm = configuration.warm
        let place = try ThreadApart.run { () throws(SandboxFailure) in
            let proc = FD(owning: try step("/proc") { open("/proc", O_RDONLY | O_DIRECTORY | O_CLOEXEC) })
            let visible = try Template(mounts: configuration.mounts).visible
            return Place(
                mounts: try Self.namespace("mnt", proc), names: try Self.namespace("uts", proc),
                visible: visible)
        }
        visiblePaths = place.visible
        self.owner = owner
        let (warden, isMapped) = try Self.instructed(place, cgroups, owner)
        self.isMapped = isMapped
        if !isMapped { warnings.append(Self.unmapped) }
        self.warnings = warnings
        state = Locked(State(warden: warden, place: place))
    }

    private static let unmapped =
        "the kernel maps no tmpfs (before 6.15, or without user namespaces): the service stays root"

    /// A namespace of the calling thread, whose file system has no `/proc` any more.
    private static func namespace(_ kind: String, _ proc: borrowing FD) throws(SandboxFailure) -> SharedFD {
        let number = proc.number
        let path = "thread-self/ns/\(kind)"
        return try SharedFD(path) { openat(number, path, O_RDONLY | O_CLOEXEC) }
    }

    private static func instructed(
        _ place: Place, _ cgroups: Cgroups, _ owner: ServiceUser
    ) throws(SandboxFailure) -> (Warden, isMapped: Bool) {
        let warden = try Warden()
        let isMapped = try warden.enter(place, cgroups: cgroups, owner: owner)
        for profile in SandboxProfile.allCases {
            try warden.learn(profile)
        }
        try warden.seal()
        return (warden, isMapped)
    }

    /// Who files of a box are given to: nobody when the kernel shows them as ours.
    func fileOwner(_ user: uid_t) -> uid_t? { isMapped ? nil : user }

    /// Whether a service can do without root from now on.
    package var canLeavePrivileges: Bool { isMapped }

    /// The calling process, which has one thread still, becomes `owner` for good: no capability, no other
    /// groups, nothing to gain by executing, and no call that makes namespaces, mounts or traces.
    /// - Throws: `SandboxFailure` naming what was refused; the process must not go on then.
    package func leavePrivileges() throws(SandboxFailure) {
        precondition(canLeavePrivileges, "a service that cannot read its boxes stays who it is")
        state.withLock { $0.place = nil }
        do { try owner.become() } catch { throw .step("privileges", error) }
        try Self.filterThread()
    }

    /// The calling thread alone becomes `user`, as a service does.
    /// - Throws: `SandboxFailure` naming what was refused.
    package static func leavePrivileges(to user: ServiceUser) throws(SandboxFailure) {
        do { try user.becomeThread() } catch { throw .step("privileges", error) }
        try filterThread()
    }

    private static func filterThread() throws(SandboxFailure) {
        let filter = SeccompFilter(.service, unnamed: .allowed)
        try step("filter") { csb_filter_self(filter.bytes, filter.instructionCount) }
    }

    // MARK: the warden

    var warden: Warden? { state.withLock { $0.warden } }

    /// What of the host a run mounts, attached nowhere yet.
    func trees(of host: HostFiles) throws(SandboxFailure) -> [SharedFD] {
        if host.trees.isEmpty { return [] }
        guard let warden else { throw .unsupported("the sandbox host is closed") }
        return try warden.trees(of: host.opened)
    }

    /// Clones what will be mounted soon, and lets go of what will not.
    func stockSpares(at now: UInt64) {
        spares.expire(at: now)
        guard let warden else { return }
        spares.refill { (opened) throws(SandboxFailure) in try warden.trees(of: opened) }
    }

    /// Whether another warden can be started when ours is gone.
    var canReplaceWarden: Bool { state.withLock { $0.place != nil } }

    /// Goes on with another warden if ours is gone; what the old one had made went with it.
    func replaceWarden() throws(SandboxFailure) {
        let (warden, place) = state.withLock { ($0.warden, $0.place) }
        guard let warden, warden.isGone, let place else { return }
        warden.close()
        cgroups.sweepOwn()
        let next = try Self.instructed(place, cgroups, owner).0
        state.withLock { $0.warden = next }
    }

    /// Ends the warden and with it everything it made; returns when their cgroups are gone.
    func close() {
        let warden = state.withLock { state in
            defer { state.warden = nil }
            return state.warden
        }
        spares.expire(at: .max)
        warden?.close()
    }
}
