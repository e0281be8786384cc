/// Bounds of the ai service.
package enum Limits {
    /// Analysers that run at once: one, so that a run beside them has a processor for itself.
    package static let width = 1
    /// Analysers that wait; each request brings up to three.
    package static let waiting = 48
    /// How much an analyser gives way to everything else, as nice(1) counts.
    static let niceness = 15
    /// Findings of one answer.
    static let findings = 500
    /// Bytes that an analyser may write.
    static let diskBytes = 256 << 20
    /// Bytes of its output that are read.
    static let outputBytes = 1 << 20
}
