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
    var listeners = 0
    var isStale = false
    var isScheduled = false
    var isAwarenessScheduled = false
    var lastAwareness = NIODeadline.uptimeNanoseconds(0)
    var lastUpdate = NIODeadline.uptimeNanoseconds(0)
    var meter = DeliveryMeter()

    /// The milliseconds in which updates are to come together; nil when telling each at once costs little, or
    /// when they come so seldom that waiting would bring none together.
    var window: Int64? {
        let rate = meter.perSecond
        guard rate > Limits.calmDeliveries else { return nil }
        let window = rate > Limits.busyDeliveries ? Limits.busyWindowMilliseconds : Limits.windowMilliseconds
        let updatesInWindow = rate / Double(max(1, listeners)) * Double(window) / 1000
        return updatesInWindow < Limits.worthwhileUpdates ? nil : window
    }
}

extension Room {
    /// Tells durable updates: at once when it is calm; when much is delivered they come together for some
    /// milliseconds and leave as one.
    func scheduleTelling() {
        guard !fan.isScheduled else { return }
        guard let window = fan.window else { return tellUpdates() }
        fan.isScheduled = true
        let room = NIOLoopBound(self, eventLoop: loop)
        loop.scheduleTask(in: .milliseconds(window)) { room.value.tellUpdates() }
    }

    private func tellUpdates() {
        fan.isScheduled = false
        guard !fan.updates.isEmpty, !isOver else { return }
        let updates = fan.updates
        fan.updates = []
        for message in merged(updates) { broadcast(.update(message[...])) }
        told = fan.through
        let now = NIODeadline.now()
        fan.lastUpdate = now
        fan.meter.add(updates.count * fan.listeners, now: now)
        noteLaggards()
    }

    private func merged(_ updates: [[UInt8]]) -> [[UInt8]] {
        guard updates.count > 1 else { return updates }
        do throws(UpdateFault) {
            return [try UpdateTool.merge(updates, joiningRuns: true)]
        } catch {
            return updates
        }
    }

    /// Tells who moved where, at most every 50 ms; what happens in between is told with its last state only.
    func tellAwareness() {
        guard !fan.isAwarenessScheduled else { return }
        let due = fan.lastAwareness + .milliseconds(Limits.awarenessMilliseconds)
        let room = NIOLoopBound(self, eventLoop: loop)
        fan.isAwarenessScheduled = true
        if due <= .now() {
            loop.execute { room.value.tellAwarenessNow() }
        } else {
            loop.scheduleTask(deadline: due) { room.value.tellAwarenessNow() }
        }
    }

    private func tellAwarenessNow() {
        fan.isAwarenessScheduled = false
        guard let news = awareness.takeNews() else { return }
        fan.lastAwareness = .now()
        broadcast(.awareness(news[...]))
        noteLaggards()
    }

    /// Sends a message to everybody who keeps up, its sender included: each event loop gets one errand.
    private func broadcast(_ message: RoomMessage) {
        if fan.isStale { regroup() }
        let frame = WebSocketFrame.binary(message.bytes)
        for group in fan.groups { group.send(frame) }
    }

    private func regroup() {
        fan.isStale = false
        let hearing = guests.values.filter { guest in guest.lag.map { told < $0.after } ?? true }
        fan.listeners = hearing.count
        fan.groups = Dictionary(grouping: hearing) { ObjectIdentifier($0.connection.eventLoop) }
            .values.map { WebSocketGroup($0.map(\.connection)) }
    }

    /// Notes who does not keep up. Such a reader still gets the updates that the document had when it was
    /// noted, so that the state vector of that moment says what it has.
    private func noteLaggards() {
        var vector: [UInt8]?
        for guest in guests.values {
            if let lag = guest.lag {
                if told >= lag.after { fan.isStale = true }
            } else if guest.connection.isCongested {
                let now = vector ?? document.stateVector()
                vector = now
                guest.lag = Guest.Lag(vector: now, after: sequence, since: .now())
                fan.isStale = true
            }
        }
    }

    /// A reader has caught up with what it was sent: one difference brings it to where everybody is.
    func caughtUp(_ number: Int) {
        guard let guest = guests[number], let lag = guest.lag else { return }
        settled { [self] in
            guard guests[number] != nil, guest.lag != nil else { return }
            // Everything durable goes out first, so that nothing reaches this reader twice or never.
            if told < durable { tellUpdates() }
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

    /// Looks after time: ended tokens, readers that never catch up, silence that clients take for death.
    func tick(_ now: Timestamp) {
        let moment = NIODeadline.now()
        let quiet = max(fan.lastUpdate, fan.lastAwareness)
        for guest in guests.values {
            if let lag = guest.lag, moment - lag.since > .seconds(Limits.lagSeconds) {
                guest.connection.cut()
            }
            if let end = guest.identity.credentialEnd, end <= now {
                guest.deny(.unauthorized, "the token has expired")
            } else if guest.lag == nil,
                moment - max(quiet, guest.lastWord) > .seconds(Limits.silenceSeconds)
            {
                guest.send(.update([0, 0]))
            }
        }
    }
}
