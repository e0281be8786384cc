import CRDTCore

/// One of our clients in a session: types, is offline for a while, gets things late, twice and in any order.
final class Typist {
    private static let words = ["a", "bc", "héé", "😀", "日本", "x😀y", "\n", "some longer text ", "👩‍👩‍👧"]
        .map { Array($0.utf8) }
    let replica: Replica
    var inbox: [[UInt8]] = []
    /// Where the last edit ended, and how often backspace is still pressed there.
    private var caret = 0
    private var backspaces = 0

    init(client: UInt64) { replica = Replica(client: client) }

    /// The updates of up to `count` edits.
    func type(_ count: Int, _ dice: inout Dice) -> [[UInt8]] {
        var updates: [[UInt8]] = []
        for _ in 0..<count {
            do {
                let update = try edit(&dice)
                if !update.isEmpty { updates.append(update) }
            } catch {
                // Inside a surrogate pair, or a whole text that holds an embed: nothing was typed.
                precondition(error == .splitsCharacter || error == .notText, "a good edit is refused")
            }
        }
        return updates
    }

    private func edit(_ dice: inout Dice) throws(EditFault) -> [UInt8] {
        let length = replica.length
        let word = Self.words[dice.roll(Self.words.count)]
        let start = dice.roll(length + 1)
        let end = min(length, start + dice.roll(6))
        if let erased = try backspace(length, &dice) { return erased }
        caret = start + String(decoding: word, as: UTF8.self).utf16.count
        switch dice.roll(8) {
        case 0...2: return try replica.insert(word, at: start)
        case 3: return try replica.insert(word, at: length)
        case 4, 5: return try replica.delete(start..<end)
        case 6: return try replica.replace(start..<end, with: word)
        default: return try replica.replaceAll(with: rewritten(word, &dice))
        }
    }

    /// Takes back what was just typed, unit by unit or two at once; nil when it is not the time for that.
    private func backspace(_ length: Int, _ dice: inout Dice) throws(EditFault) -> [UInt8]? {
        if backspaces == 0 && dice.roll(5) == 0 { backspaces = 1 + dice.roll(6) }
        let end = min(caret, length)
        guard backspaces > 0, end > 0 else { return nil }
        backspaces -= 1
        caret = max(0, end - 1 - dice.roll(2))
        return try replica.delete(caret..<end)
    }

    /// The text with one word put in at a character.
    private func rewritten(_ word: [UInt8], _ dice: inout Dice) -> [UInt8] {
        var text = replica.text
        var place = dice.roll(text.count + 1)
        while place < text.count && text[place] & 0xC0 == 0x80 { place += 1 }
        text.insert(contentsOf: word, at: place)
        return text
    }

    /// Some of what waits, in any order; what arrives too early waits inside the document.
    func takeIn(_ dice: inout Dice) throws {
        let count = dice.roll(inbox.count + 1)
        let some = dice.shuffled(Array(inbox[..<count]), duplicates: dice.roll(2) == 0)
        inbox.removeFirst(count)
        for update in some { _ = try replica.apply(update) }
    }

    func takeEverything(_ dice: inout Dice) throws {
        for update in dice.shuffled(inbox, duplicates: true) { _ = try replica.apply(update) }
        inbox = []
    }
}
