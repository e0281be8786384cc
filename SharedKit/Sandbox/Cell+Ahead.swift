internal import CSandbox
internal import Glibc
internal import SystemKit

/// A cell in which an interpreter was started ahead of its run (`Warm.c`). It is one run's, like any other.
extension Cell {
    /// Starts it, at nobody's cost: it runs where no other program wants to.
    func startAhead(_ shape: WarmShape) throws(SandboxFailure) {
        if cgroup.mayMakeWay { cgroup.makeWay(true) }
        let orders = Orders(
            spec: shape.spec, limitsByCgroup: cgroup.limitsProcesses, countsByCgroup: cgroup.countsCPU,
            script: shape.start.script)
        try orders.send(to: self.orders, waitsForMounts: false)
    }

    /// Whether it has come to its script. For nobody else while a run owns the cell.
    func lookAhead() -> Readiness {
        while true {
            var news = csb_held()
            let count = csb_receive(control.number, &news, MemoryLayout<csb_held>.size, nil, 0, 0)
            if count == -1 && errno == EAGAIN { return .building }
            if count == MemoryLayout<csb_message>.size, news.message.kind == CSB_READY.rawValue { continue }
            guard count == MemoryLayout<csb_held>.size, news.message.kind == CSB_HELD.rawValue,
                news.size <= CSB_TOUCHED
            else { return found(.broken) }
            let texts = withUnsafeBytes(of: news.touched) { Array($0.prefix(Int(news.size)).dropLast()) }
            let paths = texts.split(separator: 0, omittingEmptySubsequences: false)
            let touched = news.size == 0 ? [] : paths.map(Self.path)
            held.withLock {
                $0 = HeldProgram(
                    bornMicroseconds: Int(news.message.born_microseconds), touched: touched)
            }
            return found(.ready)
        }
    }

    /// As `SandboxFile.path` would say it; what leads up and back is everywhere.
    private static func path(_ bytes: ArraySlice<UInt8>) -> String {
        let parts = String(decoding: bytes, as: UTF8.self).pathParts.filter { $0 != "." }
        return parts.contains("..") ? "" : parts.joined(separator: "/")
    }

    /// Gives the interpreter its files, and lets it go on. Once only.
    func goOn(_ spec: SandboxSpec, _ host: HostFiles) throws(SandboxFailure) {
        try workspace.fill(spec.files, from: host)
        if case .empty = spec.stdin { stdin.withLock { $0 = nil } }
        if cgroup.mayMakeWay { cgroup.makeWay(false) }
        cgroup.startCounting(born: held.snapshot.bornMicroseconds)
        var wish = csb_wish()
        wish.kind = CSB_GO.rawValue
        let number = control.number
        try step("script") { csb_wish(number, &wish) }
    }
}
