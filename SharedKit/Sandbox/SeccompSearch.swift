/// The part of a filter that finds the answer to a number, by halving.
///
/// To translate a filter takes the kernel longer than all else that a start asks of it: an answer stands
/// once, at the end, and comparisons jump there.
struct SeccompSearch {
    /// Numbers from `start` up to the next one's start, and what is done about them.
    struct Interval {
        let start: UInt32
        let code: [SeccompInstruction]
    }

    private enum Place {
        case at(Int)
        case answer(SeccompInstruction)
    }

    private(set) var instructions: [SeccompInstruction] = []
    private var jumps: [(from: Int, high: Place, low: Place)] = []

    /// - Parameter intervals: in order; two at least.
    init(_ intervals: [Interval]) {
        _ = place(intervals[...])
        addAnswers()
    }

    /// Appends what tells `intervals` apart; says where to go for them.
    private mutating func place(_ intervals: ArraySlice<Interval>) -> Place {
        let index = instructions.count
        if intervals.count == 1, let code = intervals.first?.code {
            if code.count == 1 { return .answer(code[0]) }
            instructions += code
            return .at(index)
        }
        let middle = intervals.startIndex + intervals.count / 2
        instructions.append(.ifAtLeast(intervals[middle].start, skip: 0, otherwise: 0))
        let low = place(intervals[..<middle])
        jumps.append((index, high: place(intervals[middle...]), low: low))
        return .at(index)
    }

    /// A jump reaches 255 instructions, more than the profiles have.
    private mutating func addAnswers() {
        var answers: [SeccompInstruction: Int] = [:]
        for jump in jumps {
            let (high, low) = (index(of: jump.high, &answers), index(of: jump.low, &answers))
            instructions[jump.from].jumpTrue = UInt8(high - jump.from - 1)
            instructions[jump.from].jumpFalse = UInt8(low - jump.from - 1)
        }
    }

    private mutating func index(of place: Place, _ answers: inout [SeccompInstruction: Int]) -> Int {
        switch place {
        case .at(let index): return index
        case .answer(let answer):
            if let index = answers[answer] { return index }
            answers[answer] = instructions.count
            instructions.append(answer)
            return instructions.count - 1
        }
    }
}
