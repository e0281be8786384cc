/// Where deleted units live that came back under another id.
///
/// No unit comes back twice, only what it came back as: the old ranges of a client do not overlap.
struct Revivals: ~Copyable {
    struct Revival: BitwiseCopyable {
        let old: UndoHistory.Entry
        /// Our own clock that they live at.
        var clock: UInt32
        /// The next one that lives there.
        var next: UInt32 = .none
    }

    /// One client's revivals by their old clocks, behind an entry that stands for none.
    struct Row: ~Copyable {
        let client: UInt32
        var places = StructRow()
    }

    /// The revivals that live at a clock.
    struct Home: BitwiseCopyable {
        let clock: UInt32
        var first: UInt32 = .none
    }

    /// A place among the revivals of one client; good until another one is noted.
    struct Place {
        fileprivate let row: Int
        fileprivate var place: StructRow.Place
    }

    private var all = Column<Revival>()
    private var rows = Column<Row>()
    private var homes = Column<Home>()
    private var homeIndex = HashIndex()

    /// Notes that deleted units live again from `clock` of our own on. Units that had come back before are
    /// told of the newest place at once, so that undo and redo in turn do not make a chain.
    mutating func note(_ entry: UndoHistory.Entry, _ own: UInt32, at clock: UInt32) {
        if all.count >= Limits.undoEntries { forgetOlderHalf() }
        if entry.client == own, let home = home(at: entry.clock) { move(from: home, entry.length, to: clock) }
        add(Revival(old: entry, clock: clock))
    }

    private mutating func add(_ revival: Revival) {
        let handle = UInt32(all.count)
        all.append(revival)
        settle(handle, at: revival.clock)
        let row = row(of: revival.old.client)
        let entry = StructRow.Entry(clock: revival.old.clock, handle: handle)
        if rows[row].places.last.clock <= entry.clock {
            rows[row].places.append(entry)
        } else {
            let place = rows[row].places.search(entry.clock)
            rows[row].places.insert(entry, after: place)
        }
    }

    /// The first revival of a client's units that ends behind `clock`, or the place where the next one is.
    func place(of client: UInt32, endingAfter clock: UInt32) -> Place? {
        for row in 0..<rows.count where rows[row].client == client {
            let found = rows[row].places.search(clock)
            return Place(row: row, place: found)
        }
        return nil
    }

    /// The revival at a place of units before `end`, and the place moves on; nil behind the last.
    func next(_ place: inout Place, before end: UInt32) -> Revival? {
        while let entry = rows[place.row].places.entry(at: place.place), entry.clock < end {
            place.place = rows[place.row].places.next(after: place.place)
            if entry.handle != .none { return all[entry.handle] }
        }
        return nil
    }

    private mutating func row(of client: UInt32) -> Int {
        for row in 0..<rows.count where rows[row].client == client { return row }
        var row = Row(client: client)
        row.places.append(StructRow.Entry(clock: 0, handle: .none))
        rows.append(row)
        return rows.count - 1
    }

    private func home(at clock: UInt32) -> UInt32? {
        homeIndex.find(Self.hash(clock)) { homes[$0].clock == clock }
    }

    private mutating func settle(_ handle: UInt32, at clock: UInt32) {
        var home = home(at: clock) ?? .none
        if home == .none {
            home = UInt32(homes.count)
            homes.append(Home(clock: clock))
            homeIndex.insert(home, Self.hash(clock))
        }
        all[handle].clock = clock
        all[handle].next = homes[home].first
        homes[home].first = handle
    }

    /// Whatever of that length lives at `home` moves to another clock.
    private mutating func move(from home: UInt32, _ length: UInt32, to clock: UInt32) {
        var handle = homes[home].first
        homes[home].first = .none
        while handle != .none {
            let next = all[handle].next
            settle(handle, at: all[handle].old.length == length ? clock : homes[home].clock)
            handle = next
        }
    }

    /// What was taken back long ago is taken back no more.
    private mutating func forgetOlderHalf() {
        var kept = Revivals()
        for handle in all.count / 2..<all.count { kept.add(all[handle]) }
        swap(&self, &kept)
    }

    /// Nobody but us chooses our clocks.
    private static func hash(_ clock: UInt32) -> UInt32 { scramble(UInt64(clock), 0, seed: 0x5EED) }
}
