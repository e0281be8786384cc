import Glibc

/// What the process has cost so far.
enum Cost {
    /// Processor time of all threads, user and system, in milliseconds.
    static var cpuMilliseconds: Double {
        var time = timespec()
        clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
        return Double(time.tv_sec) * 1000 + Double(time.tv_nsec) / 1_000_000
    }

    /// What it costs to look at the clock twice with nothing between, in milliseconds.
    static var ofLooking: Double {
        let looks = 5000
        var cost = 0.0
        for _ in 0..<looks {
            let since = cpuMilliseconds
            cost += cpuMilliseconds - since
        }
        return cost / Double(looks)
    }

    /// The largest resident set so far, in bytes.
    static var peakResidentBytes: Int {
        var usage = rusage()
        getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
        return usage.ru_maxrss * 1024
    }
}

/// The middle of the values, 0 without any.
func median(_ values: [Double]) -> Double {
    let sorted = values.sorted()
    return sorted.isEmpty ? 0 : sorted[sorted.count / 2]
}
