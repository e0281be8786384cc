package import Contracts

/// Fewer samples that show the same: of every stretch of time its lowest and its highest memory stay.
package enum Thinning {
    /// At most `points` samples out of `samples`, which are in order of time; all of them when they are few
    /// enough.
    ///
    /// The highest and the lowest memory are always among them; with six points or more, first and last too.
    /// - Precondition: `points` is at least 2.
    package static func thin(_ samples: [UsageSample], to points: Int) -> [UsageSample] {
        precondition(points >= 2, "a lowest and a highest sample are two")
        guard samples.count > points, let first = samples.first, let last = samples.last else {
            return samples
        }
        guard points >= 6 else { return buckets(samples[...], points / 2) }
        return [first] + buckets(samples.dropFirst().dropLast(), (points - 2) / 2) + [last]
    }

    /// Microseconds of one stretch when `samples` are thinned to `points`.
    package static func interval(_ samples: [UsageSample], _ points: Int) -> Int {
        guard let first = samples.first, let last = samples.last else { return Limits.intervalMicroseconds }
        return max(Limits.intervalMicroseconds, (last.atMicroseconds - first.atMicroseconds) / (points / 2))
    }

    private static func buckets(_ samples: ArraySlice<UsageSample>, _ count: Int) -> [UsageSample] {
        guard let first = samples.first, let last = samples.last else { return [] }
        let span = last.atMicroseconds - first.atMicroseconds + 1
        var kept: [UsageSample] = []
        kept.reserveCapacity(2 * count)
        var start = samples.startIndex
        while start < samples.endIndex {
            let bucket = (samples[start].atMicroseconds - first.atMicroseconds) * count / span
            let isOutside = { (sample: UsageSample) in
                (sample.atMicroseconds - first.atMicroseconds) * count / span != bucket
            }
            let end = samples[start...].firstIndex(where: isOutside) ?? samples.endIndex
            keepExtremes(of: samples[start..<end], &kept)
            start = end
        }
        return kept
    }

    private static func keepExtremes(of bucket: ArraySlice<UsageSample>, _ kept: inout [UsageSample]) {
        var lowest = bucket.startIndex
        var highest = bucket.startIndex
        for index in bucket.indices {
            if bucket[index].memoryBytes < bucket[lowest].memoryBytes { lowest = index }
            if bucket[index].memoryBytes > bucket[highest].memoryBytes { highest = index }
        }
        kept.append(bucket[min(lowest, highest)])
        if lowest != highest { kept.append(bucket[max(lowest, highest)]) }
    }
}
