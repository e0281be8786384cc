package import Contracts

/// What one may want to do in a session, by the least role that may.
package enum Deed: Int, CaseIterable, Sendable {
    /// See files, members, runs and events.
    case read
    /// Say something about them.
    case comment
    /// Run programs.
    case run
    /// Change files, title and language.
    case edit
    /// Invite, change members, end and delete.
    case own
}

extension Role {
    /// Whether the role may do it; each role may do what those below it may.
    package func may(_ deed: Deed) -> Bool { deed.rawValue <= mostPowerful.rawValue }

    private var mostPowerful: Deed {
        switch self {
        case .owner: .own
        case .editor: .edit
        case .runner: .run
        case .commenter: .comment
        case .viewer: .read
        }
    }
}
