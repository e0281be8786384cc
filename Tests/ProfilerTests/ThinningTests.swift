import Contracts
import ProfilerService
import Testing
import TestSupport

@Suite(.tags(.small)) struct ThinningTests {
    @Test("few samples stay as they are")
    func few() {
        let source = samples(10)
        #expect(Thinning.thin(source, to: 10) == source)
        #expect(Thinning.thin([], to: 2) == [])
    }

    @Test(
        "never more than asked for, in order, and the peak and the valley are always there",
        arguments: [2, 3, 5, 6, 7, 50, 999], [11, 1000, 20_000])
    func peaks(points: Int, count: Int) {
        for seed in UInt64(1)...5 {
            let source = samples(count, seed: seed)
            let thin = Thinning.thin(source, to: points)
            #expect(thin.count <= max(points, 0))
            #expect(zip(thin, thin.dropFirst()).allSatisfy { $0.atMicroseconds < $1.atMicroseconds })
            #expect(thin.map(\.memoryBytes).max() == source.map(\.memoryBytes).max())
            #expect(thin.map(\.memoryBytes).min() == source.map(\.memoryBytes).min())
            if points >= 6 { #expect(thin.first == source.first && thin.last == source.last) }
        }
    }

    @Test("one spike in a flat hour stays")
    func spike() {
        var flat = (0..<36_000).map { index in UsageSample.with { $0.atMicroseconds = index * 10_000 } }
        flat[17_777].memoryBytes = 1 << 30
        #expect(Thinning.thin(flat, to: 100).contains(flat[17_777]))
    }
}

@Suite(.tags(.small)) struct ProfileFiguresTests {
    private func usage(_ sequence: Int, _ sample: UsageSample) -> ExecutionEvent {
        .with {
            $0.sequence = sequence
            $0.kind = .usage
            $0.usage = sample
        }
    }

    @Test("the peak is the highest sample, and it knows when")
    func peak() {
        var figures = ProfileFigures()
        let source = samples(500)
        for (index, sample) in source.enumerated() {
            #expect(figures.take(usage(index + 1, sample)) == .sample(sample))
        }
        let highest = source.max { $0.memoryBytes < $1.memoryBytes }
        #expect(figures.memoryPeak == highest?.memoryBytes && figures.memoryPeakAt == highest?.atMicroseconds)
        #expect(figures.samples == 500 && figures.minorFaults == source.last?.minorFaults)
    }

    @Test("an event that comes again changes nothing")
    func repetition() {
        var figures = ProfileFigures()
        let source = samples(5)
        for (index, sample) in source.enumerated() { _ = figures.take(usage(index + 1, sample)) }
        let before = figures
        for (index, sample) in source.enumerated() {
            #expect(figures.take(usage(index + 1, sample)) == .nothing)
        }
        #expect(figures == before)
    }

    @Test("the result's figures win, but a higher sample stays the peak")
    func result() {
        var figures = ProfileFigures()
        _ = figures.take(usage(1, .with { $0.memoryBytes = 5000 }))
        let end = ExecutionEvent.with {
            $0.sequence = 2
            $0.kind = .finished
            $0.result = .with {
                $0.memoryPeakBytes = 4000
                $0.cpuUserMicroseconds = 30
                $0.cpuSystemMicroseconds = 12
                $0.wallMicroseconds = 99
            }
        }
        #expect(figures.take(end) == .finished)
        #expect(figures.memoryPeak == 5000 && figures.cpu == 42 && figures.wall == 99)
    }
}
