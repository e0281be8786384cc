package import Contracts

/// What is known about a program so far, from its samples and its result: pure state.
package struct ProfileFigures: Sendable, Equatable {
    /// What an event means for the recording.
    package enum Step: Equatable {
        /// Seen before, or nothing for a profile.
        case nothing
        /// A sample to keep.
        case sample(UsageSample)
        /// The program has ended.
        case finished
    }

    /// The last event of the execution that has been taken; 0 before the first.
    package var lastEvent = 0
    /// The time of the last sample, microseconds; -1 before the first.
    package var lastAt = -1
    /// Samples taken.
    package var samples = 0
    /// The most memory seen or reported, bytes.
    package var memoryPeak = 0
    /// When most memory was seen, microseconds.
    package var memoryPeakAt = 0
    /// CPU time, microseconds.
    package var cpu = 0
    /// Wall time, microseconds.
    package var wall = 0
    /// Page faults without input or output.
    package var minorFaults = 0
    /// Page faults that read from disk.
    package var majorFaults = 0

    /// Nothing is known.
    package init() {}

    /// Takes an event; one that comes again after a reconnection changes nothing.
    package mutating func take(_ event: ExecutionEvent) -> Step {
        guard event.sequence > lastEvent else { return .nothing }
        lastEvent = event.sequence
        wall = max(wall, event.atMicroseconds)
        switch event.kind {
        case .usage: return event.usage.map { take($0) } ?? .nothing
        case .finished:
            if let result = event.result { take(result) }
            return .finished
        case .started, .stdout, .stderr, .part: return .nothing
        }
    }

    private mutating func take(_ sample: UsageSample) -> Step {
        guard sample.atMicroseconds > lastAt else { return .nothing }
        lastAt = sample.atMicroseconds
        samples += 1
        if sample.memoryBytes > memoryPeak {
            memoryPeak = sample.memoryBytes
            memoryPeakAt = sample.atMicroseconds
        }
        cpu = max(cpu, sample.cpuMicroseconds)
        minorFaults = max(minorFaults, sample.minorFaults)
        majorFaults = max(majorFaults, sample.majorFaults)
        return .sample(sample)
    }

    /// The kernel's own figures are exact where sampling is not; only the moment of the peak is ours.
    private mutating func take(_ result: ExecutionResult) {
        memoryPeak = max(memoryPeak, result.memoryPeakBytes)
        cpu = result.cpuUserMicroseconds + result.cpuSystemMicroseconds
        wall = result.wallMicroseconds
    }
}
