private import Glibc

/// Figures of this process from /proc, under the names that every Prometheus client library uses.
enum ProcessFigures {
    static func register(in registry: MetricsRegistry) {
        registry.computed(
            MetricDescription("process_cpu", "User and system CPU time.", unit: "seconds"),
            .counter,
            read: cpuSeconds
        )
        registry.computed(MetricDescription("process_resident_memory", "Resident memory.", unit: "bytes")) {
            Double(statistics(23)) * Double(sysconf(CInt(_SC_PAGESIZE)))
        }
        registry.computed(MetricDescription("process_virtual_memory", "Virtual memory.", unit: "bytes")) {
            Double(statistics(22))
        }
        registry.computed(MetricDescription("process_threads", "Threads of the process.")) {
            Double(statistics(19))
        }
        registry.computed(MetricDescription("process_open_fds", "Open file descriptors.")) {
            Double(openDescriptors())
        }
        registry.computed(MetricDescription("process_max_fds", "File descriptors that may be open.")) {
            var limit = rlimit()
            getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
            return limit.rlim_cur == rlim_t.max ? .infinity : Double(limit.rlim_cur)
        }
        let start = startSeconds()
        registry.computed(
            MetricDescription(
                "process_start_time",
                "Start of the process since the Unix epoch.",
                unit: "seconds"
            )
        ) { start }
    }

    private static func cpuSeconds() -> Double {
        var usage = rusage()
        getrusage(RUSAGE_SELF.rawValue, &usage)
        let seconds = usage.ru_utime.tv_sec + usage.ru_stime.tv_sec
        return Double(seconds) + Double(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6
    }

    /// Field `index` of proc(5)'s stat, counted from 0 after the pid; 0 when unreadable.
    private static func statistics(_ index: Int) -> Int64 {
        let text = contents(of: "/proc/self/stat")
        // The second field, the command, may hold blanks and brackets: count from its end.
        guard let end = text.lastIndex(of: UInt8(ascii: ")")) else { return 0 }
        let fields = text[(end + 1)...].split(separator: 0x20)
        let wanted = index - 2
        guard fields.indices.contains(wanted) else { return 0 }
        return Int64(String(decoding: fields[wanted], as: UTF8.self)) ?? 0
    }

    private static func startSeconds() -> Double {
        var now = timespec()
        var sinceBoot = timespec()
        clock_gettime(CLOCK_REALTIME, &now)
        clock_gettime(CLOCK_BOOTTIME, &sinceBoot)
        let boot = Double(now.tv_sec - sinceBoot.tv_sec) + Double(now.tv_nsec - sinceBoot.tv_nsec) / 1e9
        return boot + Double(statistics(21)) / Double(sysconf(CInt(_SC_CLK_TCK)))
    }

    private static func openDescriptors() -> Int {
        guard let directory = opendir("/proc/self/fd") else { return 0 }
        defer { closedir(directory) }
        var count = -3
        while readdir(directory) != nil { count += 1 }
        return count
    }

    private static func contents(of path: String) -> [UInt8] {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return [] }
        defer { close(descriptor) }
        return [UInt8](unsafeUninitializedCapacity: 4096) { buffer, initialized in
            initialized = max(0, read(descriptor, buffer.baseAddress, 4096))
        }
    }
}
