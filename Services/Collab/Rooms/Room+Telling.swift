internal import CRDTCore
internal import NIOCore
internal import ServiceKit
internal import SystemKit

/// What is on its way to everybody.
struct FanState {
    /// Durable updates that nobody has heard of.
    var updates: [[UInt8]] = []
    /// The number of the last of them.
    var through = 0
    /// The connections that hear everything, by event loop.
    var groups: [WebSocketGroup] = []
    /// Whether others belong into the groups by now.
    var isStale = false
    /// The number of the update after which somebody who has fallen behind leaves the groups.
    var staleAfter: Int?
    /// What sending to the groups has cost.
    let cost = SendingCost()
    var pace = TellingPace()
    var lastAwareness = NIODeadline.uptimeNanoseconds(0)
    /// When the room looks next at what there is to tell.
    var planned: NIODeadline?
}

extension Room {
    /// Plans the next telling, for the earliest moment at which there is something that may be told.
    func scheduleTelling() {
        guard let due = nextTelling, fan.planned.map({ due < $0 }) ?? true else { return }
        fan.planned = due
        let room = NIOLoopBound(self, eventLoop: loop)
        loop.scheduleTask(deadline: due) { room.value.tellWhatIsDue(due) }
    }

    /// When something may be told. Who moved where waits for the text that they moved in.
    private var nextTelling: NIODeadline? {
        let pace = fan.pace.next(costSoFar: fan.cost.nanoseconds)
        if !fan.updates.isEmpty { return pace }
        return awareness.hasNews && isSettled ? max(pace, nextAwareness) : nil
    }

    private var nextAwareness: NIODeadline {
        fan.lastAwareness + .milliseconds(Limits.awarenessMilliseconds)
    }

    private func tellWhatIsDue(_ planned: NIODeadline) {
        // An earlier one may have been planned since, which has looked already.
        guard fan.planned == planned else { return }
        fan.planned = nil
        if let due = nextTelling, due <= .now() { tell() }
        scheduleTelling()
    }

    /// Tells all that is durable to everybody who keeps up, its senders included: updates that have come
    /// together leave as one, and who moved where goes with them if that was not told just before.
    private func tell() {
        guard !isOver else { return }
        let now = NIODeadline.now()
        fan.pace.tell(at: now, costSoFar: fan.cost.nanoseconds)
        var frames = ByteBuffer()
        for update in merged(fan.updates) { frames.add(.update(update[...])) }
        if nextAwareness <= now, let news = awareness.takeNews() {
            fan.lastAwareness = now
            frames.add(.awareness(news[...]))
        }
        fan.updates = []
        if fan.isStale { regroup() }
        for group in fan.groups { group.send(frames) }
        told = fan.through
        if let number = fan.staleAfter, told >= number { fan.isStale = true }
    }

    private func merged(_ updates: [[UInt8]]) -> [[UInt8]] {
        guard updates.count > 1 else { return updates }
        do throws(UpdateFault) {
            return [try UpdateTool.merge(updates, joiningRuns: true)]
        } catch {
            return updates
        }
    }

    private func regroup() {
        fan.isStale = false
        fan.staleAfter = nil
        let hearing = guests.values.filter { guest in guest.lag.map { told < $0.after } ?? true }
        fan.groups = Dictionary(grouping: hearing) { ObjectIdentifier($0.connection.eventLoop) }
            .values.map { WebSocketGroup($0.map(\.connection), fan.cost) }
    }

    /// A reader does not keep up. It still gets the updates that the document has now, so that the state
    /// vector of this moment says what it has; then nothing until it has caught up.
    func fellBehind(_ number: Int) {
        guard let guest = guests[number], guest.lag == nil else { return }
        guest.lag = Guest.Lag(vector: document.stateVector(), after: sequence, since: .now())
        if told >= sequence { fan.isStale = true } else { fan.staleAfter = sequence }
    }

    /// A reader has caught up with what it was sent: one difference brings it to where everybody is.
    func caughtUp(_ number: Int) {
        guard let guest = guests[number], let lag = guest.lag else { return }
        settled { [self] in
            guard guests[number] != nil, guest.lag != nil else { return }
            // Everything durable goes out first, so that nothing reaches this reader twice or never.
            if told < durable { tell() }
            guest.lag = nil
            fan.isStale = true
            do throws(ProtocolFault) {
                guest.send(.update(try difference(since: lag.vector[...])[...]))
                if let all = awareness.all { guest.send(.awareness(all[...])) }
            } catch {
                guest.connection.close(error.code, error.detail)
            }
        }
    }

    /// Looks after time: readers that never catch up, silence that clients take for death.
    func tick() {
        let now = NIODeadline.now()
        for guest in guests.values {
            if let lag = guest.lag, now - lag.since > .seconds(Limits.lagSeconds) {
                guest.connection.cut()
            }
            let silence = now - max(fan.pace.last, guest.lastWord)
            if guest.lag == nil, silence > .seconds(Limits.silenceSeconds) {
                guest.send(.update([0, 0]))
            }
        }
    }
}

extension ByteBuffer {
    /// Adds a frame of its own for a message: old clients read one message of a frame.
    fileprivate mutating func add(_ message: RoomMessage) {
        var frame = WebSocketFrame.binary(message.bytes)
        if readableBytes == 0 { self = frame } else { writeBuffer(&frame) }
    }
}
