package import NIOCore

/// When a room may tell again. What its tellings cost, in processor time, may be one part in
/// `Limits.tellingParts` of a core, so that a large room does not slow the others down: after a telling the
/// next one waits twenty times as long as that one took, but never longer than `Limits.tellingMilliseconds`.
/// What comes meanwhile leaves as one. A room that was quiet tells at once; in a small one nobody ever waits.
package struct TellingPace {
    /// When the room last told; long ago if it has not.
    package private(set) var last = NIODeadline.uptimeNanoseconds(0)
    private var costBefore = 0

    /// Nothing was told yet.
    package init() {}

    /// The room tells now; everything before has cost `nanoseconds`.
    package mutating func tell(at now: NIODeadline, costSoFar nanoseconds: Int) {
        last = now
        costBefore = nanoseconds
    }

    /// When it may tell again, since everything until now has cost `nanoseconds`. Other threads that still
    /// send move it into the future.
    package func next(costSoFar nanoseconds: Int) -> NIODeadline {
        let wait = Int64(nanoseconds - costBefore) * Int64(Limits.tellingParts)
        return last + min(.nanoseconds(wait), .milliseconds(Limits.tellingMilliseconds))
    }
}
