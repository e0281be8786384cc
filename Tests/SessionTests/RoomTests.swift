import Contracts
import SessionService
import Testing

@Suite struct RoomTests {
    let now = Instant(milliseconds: 1_800_000_000_000)

    private func user(_ number: UInt8) -> UserID {
        UserID(milliseconds: 0, random: [UInt8](repeating: number, count: 10))
    }

    private func room(_ roles: [UInt8: Role] = [1: .owner]) -> Room {
        var room = Room(id: .zero)
        let owner = Member.with {
            $0.userID = user(1)
            $0.role = .owner
        }
        for event in room.created(from: SessionDraft(), by: owner, at: now) { room.apply(event) }
        for (number, role) in roles {
            room.members[user(number)] = .with {
                $0.userID = user(number)
                $0.role = role
            }
        }
        return room
    }

    private func file(_ path: String, bytes: Int = 1, digest: Character = "a") throws -> FileEntry {
        var entry = FileEntry()
        entry.path = try SourcePath(path)
        entry.bytes = bytes
        entry.digest = try Digest256(String(repeating: digest, count: 64))
        return entry
    }

    @Test(
        "each role may do what it may, and nothing more",
        arguments: [
            (Role.owner, 5), (.editor, 4), (.runner, 3), (.commenter, 2), (.viewer, 1),
        ])
    func roles(role: Role, deeds: Int) {
        #expect(Deed.allCases.filter { role.may($0) } == Array(Deed.allCases.prefix(deeds)))
    }

    @Test("a stranger is told that there is no session, a member what is missing")
    func strangers() {
        let room = room([1: .owner, 2: .viewer])
        #expect(throws: Refusal.noSession) { try room.decide(.end, by: user(9), at: now) }
        #expect(throws: Refusal.notAllowed(.viewer, .own)) { try room.decide(.end, by: user(2), at: now) }
    }

    @Test("an ended session can be read and deleted, nothing else")
    func ended() throws {
        var room = room()
        for event in try room.decide(.end, by: user(1), at: now) { room.apply(event) }
        #expect(throws: Refusal.ended) {
            try room.decide(.write(file("a"), ifMatch: nil), by: user(1), at: now)
        }
        #expect(throws: Refusal.ended) { try room.decide(.queueRun(.zero), by: user(1), at: now) }
        #expect(throws: Refusal.ended) { try room.decide(.end, by: user(1), at: now) }
        try room.allow(.read, to: user(1))
        for event in try room.decide(.delete(ifMatch: nil), by: user(1), at: now) { room.apply(event) }
        #expect(throws: Refusal.noSession) { try room.allow(.read, to: user(1)) }
    }

    @Test("the owner can neither leave nor be made less")
    func ownerStays() {
        let room = room([1: .owner, 2: .editor])
        #expect(throws: Refusal.ownerStays) { try room.decide(.remove(user(1)), by: user(1), at: now) }
        #expect(throws: Refusal.ownerStays) {
            try room.decide(.grant(.viewer, to: user(1)), by: user(1), at: now)
        }
        #expect(throws: Refusal.notAllowed(.editor, .own)) {
            try room.decide(.remove(user(1)), by: user(2), at: now)
        }
    }

    @Test(
        "If-Match guards a file by its digest",
        arguments: [
            (nil, true), ("*", true), ("\"\(String(repeating: "a", count: 64))\"", true), ("\"old\"", false),
            ("\"x\", \"\(String(repeating: "a", count: 64))\"", true),
        ] as [(String?, Bool)])
    func ifMatch(list: String?, isAdmitted: Bool) throws {
        var room = room()
        room.files[try SourcePath("a")] = try file("a")
        let command = RoomCommand.write(try file("a", digest: "b"), ifMatch: list)
        if isAdmitted {
            #expect(try room.decide(command, by: user(1), at: now).count == 1)
        } else {
            #expect(throws: Refusal.self) { try room.decide(command, by: user(1), at: now) }
        }
    }

    @Test("If-Match on a file that is not there is a failed precondition")
    func ifMatchNothing() throws {
        let command = RoomCommand.write(try file("new"), ifMatch: "*")
        #expect(throws: Refusal.changedMeanwhile(nil)) { try room().decide(command, by: user(1), at: now) }
    }

    @Test("all files together have at most 16 MiB; replacing a file frees its bytes")
    func quota() throws {
        var room = room()
        room.files[try SourcePath("a")] = try file("a", bytes: 10 << 20)
        let tooMuch = RoomCommand.write(try file("b", bytes: (6 << 20) + 1), ifMatch: nil)
        #expect(throws: Refusal.self) { try room.decide(tooMuch, by: user(1), at: now) }
        let fits = RoomCommand.write(try file("b", bytes: 6 << 20), ifMatch: nil)
        #expect(try room.decide(fits, by: user(1), at: now).count == 1)
        let replaced = RoomCommand.write(try file("a", bytes: 16 << 20, digest: "b"), ifMatch: nil)
        #expect(try room.decide(replaced, by: user(1), at: now).count == 1)
    }

    @Test("a path is a file or a directory, never both", arguments: [("a/b", "a"), ("a", "a/b")])
    func tree(first: String, second: String) throws {
        var room = room()
        room.files[try SourcePath(first)] = try file(first)
        let command = RoomCommand.write(try file(second, digest: "b"), ifMatch: nil)
        #expect(throws: Refusal.self) { try room.decide(command, by: user(1), at: now) }
    }

    @Test("what changes nothing makes no event")
    func unchanged() throws {
        var room = room()
        room.files[try SourcePath("a")] = try file("a")
        #expect(try room.decide(.write(file("a"), ifMatch: nil), by: user(1), at: now).isEmpty)
        #expect(try room.decide(.change(SessionPatch(), ifMatch: nil), by: user(1), at: now).isEmpty)
    }

    @Test("an invitation admits as many as it says, until it expires or is revoked; joining twice is once")
    func invitations() throws {
        var room = room()
        let invitation = Invitation.with {
            $0.id = .zero
            $0.maxUses = 1
            $0.expiresAt = Instant(milliseconds: now.milliseconds + 1000)
        }
        for event in try room.decide(.invite(invitation), by: user(1), at: now) { room.apply(event) }
        let accept = RoomCommand.accept(.zero, as: .zero)
        let late = Instant(milliseconds: now.milliseconds + 1000)
        #expect(throws: Refusal.invitationOver) { try room.decide(accept, by: user(2), at: late) }
        for event in try room.decide(accept, by: user(2), at: now) { room.apply(event) }
        #expect(room.members[user(2)]?.role == .viewer && room.invitations[.zero]?.uses == 1)
        #expect(try room.decide(accept, by: user(2), at: now).isEmpty)
        #expect(throws: Refusal.invitationOver) { try room.decide(accept, by: user(3), at: now) }
        for event in try room.decide(.revoke(.zero), by: user(1), at: now) { room.apply(event) }
        #expect(room.invitations[.zero]?.isRevoked == true)
    }

    @Test("folding the events gives the same session as living through them")
    func folding() throws {
        var room = room()
        var history = Room(id: .zero).created(
            from: SessionDraft(),
            by: .with {
                $0.userID = user(1)
                $0.role = .owner
            }, at: now)
        let commands: [RoomCommand] = [
            .write(try file("a"), ifMatch: nil), .write(try file("b"), ifMatch: nil),
            .write(try file("a", digest: "c"), ifMatch: nil), .erase(try SourcePath("b"), ifMatch: nil),
            .queueRun(.zero), .end,
        ]
        for command in commands {
            let events = try room.decide(command, by: user(1), at: now)
            for event in events { room.apply(event) }
            history += events
        }
        #expect(Room(id: .zero, folding: history) == room)
        #expect(history.map(\.sequence) == Array(1...history.count))
    }
}
