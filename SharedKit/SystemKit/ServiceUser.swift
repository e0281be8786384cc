package import Glibc

/// Who a process is to the kernel.
package struct ServiceUser: Sendable, Hashable {
    /// The user's number.
    package let user: uid_t
    /// The group's number.
    package let group: gid_t

    /// A user and a group.
    package init(user: uid_t, group: gid_t) {
        self.user = user
        self.group = group
    }

    /// Who the calling process is.
    package static var current: ServiceUser { ServiceUser(user: geteuid(), group: getegid()) }
}
