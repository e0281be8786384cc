import Messaging
import SystemKit
import Testing

@Suite(.timeLimit(.minutes(8))) struct EventBusTests {
    let bus = EventBus<String, Int>(bound: 8)

    private func taken(_ subscription: Subscription<Int>) async -> [Int?] {
        var events: [Int?] = []
        while let delivery = await subscription.next(within: .milliseconds(20)) {
            if case .event(let event) = delivery { events.append(event) } else { events.append(nil) }
        }
        return events
    }

    @Test("a subscriber hears its key's events in order, from its subscription on")
    func ordered() async {
        bus.publish(0, to: "a")
        let subscription = bus.subscribe(to: "a")
        for event in 1...3 { bus.publish(event, to: "a") }
        bus.publish(9, to: "b")
        #expect(await taken(subscription) == [1, 2, 3])
    }

    @Test(
        "a slow subscriber keeps no more than its bound, is told of the gap once, and hears what comes then")
    func slow() async {
        let (slow, quick) = (bus.subscribe(to: "a"), bus.subscribe(to: "a"))
        var heard: [Int?] = []
        for event in 0..<1000 {
            bus.publish(event, to: "a")
            heard += await taken(quick, upTo: 1)
        }
        #expect(heard == Array(0..<1000).map(Optional.some))
        #expect(await taken(slow) == [nil])
        bus.publish(1000, to: "a")
        #expect(await taken(slow) == [1000])
    }

    private func taken(_ subscription: Subscription<Int>, upTo count: Int) async -> [Int?] {
        var events: [Int?] = []
        for _ in 0..<count {
            if case .event(let event) = await subscription.next() {
                events.append(event)
            } else {
                events.append(nil)
            }
        }
        return events
    }

    @Test("a cancelled subscription leaves nothing behind")
    func cancelled() {
        let subscription = bus.subscribe(to: "a")
        #expect(bus.subscriberCount(of: "a") == 1)
        subscription.cancel()
        #expect(bus.subscriberCount(of: "a") == 0)
    }

    @Test("a reader that waits ends with its task")
    func cancelledReader() async {
        let subscription = bus.subscribe(to: "a")
        await withTaskGroup(of: Void.self) { group in
            group.addTask { _ = await subscription.next() }
            group.cancelAll()
        }
    }

    @Test("many publishers and a reader lose nothing within the bound")
    func concurrent() async {
        let bus = EventBus<String, Int>(bound: 10_000)
        let subscription = bus.subscribe(to: "a")
        await withTaskGroup(of: Void.self) { group in
            for start in 0..<8 {
                group.addTask {
                    for event in 0..<1000 { bus.publish(start * 1000 + event, to: "a") }
                }
            }
        }
        #expect(Set(await taken(subscription, upTo: 8000)).count == 8000)
    }
}
