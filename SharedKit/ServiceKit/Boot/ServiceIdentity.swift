internal import Contracts
private import Glibc
package import SystemKit

/// Who a service becomes that was started as root, and what is made ready for that.
///
/// All such services share one group, which lets them through the fleet's directories to its sockets and to
/// the artifacts; each has a user of its own, who owns what only this service may touch.
package struct ServiceIdentity: Sendable {
    /// The user and the group.
    package let user: ServiceUser
    private let configuration: Configuration

    /// Numbers that Debian gives to nobody by itself, and the sandboxes' users are far above.
    private enum Default {
        static let group = 59_100
        /// The group's number and the last two digits of the service's port.
        static func user(_ service: ServiceName) -> Int { group + service.defaultPort % 100 }
        static let highest = 999_999
    }

    /// From `CODECOLLAB_<SERVICE>_USER` and `CODECOLLAB_GROUP`; nil when the process is not root, or when the
    /// user is told to be 0.
    /// - Throws: `ConfigurationFault` for numbers out of range.
    package init?(_ configuration: Configuration) throws(ConfigurationFault) {
        guard geteuid() == 0 else { return nil }
        let service = configuration.service
        let variable = "CODECOLLAB_\(service.rawValue.uppercased())_USER"
        let user = try configuration.integer(
            variable, in: 0...Default.highest, default: Default.user(service))
        let group = try configuration.integer(
            "CODECOLLAB_GROUP", in: 1...Default.highest, default: Default.group)
        guard user != 0 else { return nil }
        self.user = ServiceUser(user: uid_t(user), group: gid_t(group))
        self.configuration = configuration
    }

    /// What a service does that needs nothing of root: as root it takes its data directory and is somebody
    /// else from then on.
    /// - Throws: `ConfigurationFault`, `SystemFailure`; the process must not go on then.
    static func leaveRoot(_ configuration: inout Configuration) throws {
        guard let identity = try ServiceIdentity(configuration) else { return }
        configuration = try identity.settled([configuration.dataDirectory])
        try identity.user.become()
    }

    /// Takes the directories and enters the home.
    /// - Returns: the settings that go with it.
    /// - Throws: `SystemFailure` when one cannot be made, given away or entered.
    package func settled(
        _ directories: [String], sharing shared: [String] = []
    ) throws(SystemFailure) -> Configuration {
        try take(directories, sharing: shared)
        return try enterHome()
    }

    /// Makes the directories that shall be the service's, for it alone or for the group to read, and lets the
    /// group through to them and to the fleet's sockets.
    private func take(_ directories: [String], sharing shared: [String]) throws(SystemFailure) {
        let home = configuration.home
        for directory in [home, "\(home)/data", "\(home)/run"] {
            try make(directory)
            try letThrough(directory)
        }
        for directory in directories { try give(directory, mode: 0o700) }
        for directory in shared { try give(directory, mode: 0o2750) }
        for peer in ServiceName.allCases {
            guard let path = socketPath(of: peer), access(path, F_OK) == 0 else { continue }
            try letThrough(path.directoryPart)
            try check("chown") { lchown(path, uid_t.max, user.group) }
            try check("chmod") { chmod(path, 0o660) }
        }
    }

    private func socketPath(of peer: ServiceName) -> String? {
        let address = ignoring("a wrong address is told when the service is built") {
            try configuration.address(of: peer)
        }
        if case .unix(let path) = address { return path }
        return nil
    }

    private func make(_ directory: String) throws(SystemFailure) {
        if mkdir(directory, 0o700) == -1 && errno != EEXIST {
            throw SystemFailure(call: "mkdir \(directory)", errno: errno)
        }
    }

    /// Through, not in: the names in it stay hidden.
    private func letThrough(_ directory: String) throws(SystemFailure) {
        var status = stat()
        try check("lstat") { lstat(directory, &status) }
        guard status.st_mode & S_IFMT == S_IFDIR, status.st_mode & 0o001 == 0 else { return }
        try check("chown") { lchown(directory, uid_t.max, user.group) }
        try check("chmod") { chmod(directory, status.st_mode & 0o7777 | 0o010) }
    }

    /// What an earlier life as root left in it is given away too; what is the service's already is not looked
    /// at again, because by now it is the service that says what is in there.
    private func give(_ directory: String, mode: mode_t) throws(SystemFailure) {
        try make(directory)
        var status = stat()
        try check("lstat") { lstat(directory, &status) }
        guard status.st_mode & S_IFMT == S_IFDIR else {
            throw SystemFailure(call: "\(directory)", errno: ENOTDIR)
        }
        if status.st_uid != user.user { try giveContents(of: directory) }
        try check("chown") { lchown(directory, user.user, user.group) }
        try check("chmod") { chmod(directory, mode) }
    }

    private func giveContents(of directory: String) throws(SystemFailure) {
        for name in try DirectoryListing.names(in: directory) {
            let path = "\(directory)/\(name)"
            var status = stat()
            try check("lstat") { lstat(path, &status) }
            if status.st_mode & S_IFMT == S_IFDIR { try giveContents(of: path) }
            try check("chown") { lchown(path, user.user, user.group) }
        }
    }

    /// A path as people know it.
    package static func shown(_ path: String) -> String {
        guard path.hasPrefix("\(here)/"), let home = getcwd(nil, 0) else { return path }
        defer { free(home) }
        return String(cString: home) + path.dropFirst(here.count)
    }

    private static let here = "/proc/self/cwd"

    /// The same settings with the home as the process's directory, which needs no way through those above it;
    /// root's own home lets nobody through.
    private func enterHome() throws(SystemFailure) -> Configuration {
        let home = configuration.home
        try check("chdir") { chdir(home) }
        let here = Self.here
        var environment = configuration.environment
        for (name, value) in environment {
            if value.hasPrefix("\(home)/") { environment[name] = here + value.dropFirst(home.count) }
            let socket = "unix:\(home)/"
            if value.hasPrefix(socket) {
                environment[name] = "unix:\(here)/" + value.dropFirst(socket.count)
            }
        }
        environment["CODECOLLAB_HOME"] = here
        return Configuration(service: configuration.service, environment: environment)
    }
}
