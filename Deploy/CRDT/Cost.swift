import Glibc
import SystemKit

/// What the process has cost so far.
enum Cost {
    /// Processor time of all threads, user and system, in milliseconds.
    static var cpuMilliseconds: Double {
        var time = timespec()
        clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
        return Double(time.tv_sec) * 1000 + Double(time.tv_nsec) / 1_000_000
    }

    /// The largest resident set so far, in bytes.
    static var peakResidentBytes: Int {
        var usage = rusage()
        getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
        return usage.ru_maxrss * 1024
    }

    /// The resident set now, in bytes; 0 where it cannot be read.
    static var residentBytes: Int {
        do {
            let bytes = try FileBytes.read("/proc/self/statm", atMost: 4096)
            let fields = bytes.split(separator: UInt8(ascii: " "))
            let pages = fields.count > 1 ? Int(String(decoding: fields[1], as: UTF8.self)) : nil
            return (pages ?? 0) * Int(sysconf(CInt(_SC_PAGESIZE)))
        } catch {
            return 0
        }
    }
}

/// The middle of the values, 0 without any.
func median(_ values: [Double]) -> Double {
    let sorted = values.sorted()
    return sorted.isEmpty ? 0 : sorted[sorted.count / 2]
}
