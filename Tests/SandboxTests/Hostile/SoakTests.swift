import Glibc
import HostilePrograms
import Sandbox
import SystemKit
import Testing

extension Isolation {
    /// Thousands of runs, one like the other. `make soak` makes it 10,000.
    @Suite(.timeLimit(.minutes(isLong ? 60 : 3)))
    struct SoakTests {
        private static let runs = getenv("CODECOLLAB_SOAK_RUNS").flatMap { Int(String(cString: $0)) } ?? 100
        private static let parts = 10

        /// One tenth of the soak.
        private struct Part {
            let medianMicroseconds: Int
            let residentBytes: Int
            let descriptors: Int
        }

        @Test("the last run costs what the first did: memory, descriptors, time")
        func soak() async throws {
            let spec = try await Compiled.spec("e10_who", limits: HostileProgram.small)
            for _ in 0..<20 { _ = try await Hosts.run(spec) }
            try await Hosts.rest()
            let before = try await Footprint.calm()
            var parts: [Part] = []
            for number in 1...Self.parts {
                let part = try await part(of: Self.runs / Self.parts, spec)
                parts.append(part)
                print(
                    "soak: \(Self.runs / Self.parts * number) runs: median \(part.medianMicroseconds) us,"
                        + " resident \(part.residentBytes >> 10) KiB, \(part.descriptors) descriptors")
            }
            let after = try await Footprint.settled(after: before)
            #expect(after.isWithin(before), "\(after.beyond(before))")
            #expect(after.kept <= before.kept + 8 * Footprint.keptByCell, "cells for more than there were")
            let grown = parts[Self.parts - 1].residentBytes - parts[1].residentBytes
            #expect(grown < 4 << 20, "resident memory grew by \(grown) bytes")
            let times = parts.map { Double($0.medianMicroseconds) }
            print("soak: slope of the median: \(Self.slope(times)) us for each tenth, \(grown) bytes more")
        }

        private func part(of count: Int, _ spec: SandboxSpec) async throws -> Part {
            var times: [Int] = []
            for _ in 0..<count {
                let begun = monotonicNanoseconds()
                let result = try await Hosts.run(spec)
                times.append(Int((monotonicNanoseconds() - begun) / 1000))
                guard result.verdict == .ok else {
                    Issue.record("\(result.verdict) \(result.message ?? "")")
                    break
                }
            }
            return Part(
                medianMicroseconds: times.sorted()[times.count / 2], residentBytes: Process.residentBytes,
                descriptors: Footprint().descriptors)
        }

        /// Of the least-squares line.
        private static func slope(_ values: [Double]) -> Double {
            let middle = Double(values.count - 1) / 2
            let mean = values.reduce(0, +) / Double(values.count)
            var (above, below) = (0.0, 0.0)
            for (index, value) in values.enumerated() {
                above += (Double(index) - middle) * (value - mean)
                below += (Double(index) - middle) * (Double(index) - middle)
            }
            return (above / below * 10).rounded() / 10
        }
    }
}
