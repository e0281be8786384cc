internal import Contracts

/// An awareness state that says who is really there: editors show `user.name` and `user.color` beside a
/// cursor, and anybody can write anything there.
enum StampedState {
    private static let colors = [
        "#30bced", "#6eeb83", "#ffbc42", "#ecd444", "#ee6352", "#9ac2c9", "#8acb88", "#1be7ff",
    ]

    /// The state with the identity's id and name in `user`; a colour that the client chose stays.
    /// - Returns: nil for what is no JSON; other values than objects as they are, since they carry no user.
    static func stamp(_ state: [UInt8], _ identity: Identity) -> [UInt8]? {
        do throws(WireFaults) {
            guard case .object(var members) = try JSONValue.decode(state) else { return state }
            let index = members.firstIndex { $0.name == "user" }
            let user = JSONMember("user", .object(user(index.map { members[$0].value }, identity)))
            if let index { members[index] = user } else { members.append(user) }
            return JSONValue.object(members).encode()
        } catch {
            return nil
        }
    }

    private static func user(_ claimed: JSONValue?, _ identity: Identity) -> [JSONMember] {
        var members: [JSONMember] = []
        if case .object(let claimed) = claimed {
            members = claimed.filter { $0.name != "id" && $0.name != "name" }
        }
        let own = [
            JSONMember("id", .string(identity.userID.text)), JSONMember("name", .string(identity.name.text)),
        ]
        if !members.contains(where: { $0.name == "color" }) {
            members.append(JSONMember("color", .string(color(of: identity))))
        }
        return own + members
    }

    private static func color(of identity: Identity) -> String {
        let sum = identity.userID.text.utf8.reduce(0) { ($0 &* 31 &+ Int($1)) & 0xFFFF }
        return colors[sum % colors.count]
    }
}
