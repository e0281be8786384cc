#if canImport(Glibc)
    private import Glibc

    /// Asks for large pages where many bytes are about to be written once: thousands of page faults fewer. It
    /// is a wish; nothing depends on whether the system grants it.
    func wantLargePages(_ start: UnsafeMutableRawPointer?, _ bytes: Int) {
        let least = 1 << 22
        let page = 4096
        guard bytes >= least, let start else { return }
        let skipped = (page - Int(bitPattern: start) % page) % page
        madvise(start + skipped, (bytes - skipped) / page * page, MADV_HUGEPAGE)
    }
#endif
