/// What is typed, and what of it is meant for us: a tilde at the beginning of a line, as in ssh.
struct EscapeKeys {
    /// What somebody wants of us.
    enum Wish { case leave, suspend, help }

    private var isAtStart = true
    private var hasTilde = false

    /// The bytes for the program, and what is wanted of us behind them.
    mutating func take(_ typed: [UInt8]) -> (bytes: [UInt8], wishes: [Wish]) {
        var (bytes, wishes): ([UInt8], [Wish]) = ([], [])
        for byte in typed {
            if hasTilde {
                hasTilde = false
                if let wish = Self.wish(byte) {
                    wishes.append(wish)
                    continue
                }
                bytes.append(UInt8(ascii: "~"))
                if byte == UInt8(ascii: "~") { continue }
            } else if isAtStart, byte == UInt8(ascii: "~") {
                hasTilde = true
                continue
            }
            bytes.append(byte)
            isAtStart = byte == UInt8(ascii: "\r") || byte == UInt8(ascii: "\n")
        }
        return (bytes, wishes)
    }

    private static func wish(_ byte: UInt8) -> Wish? {
        switch byte {
        case UInt8(ascii: "."): .leave
        case UInt8(ascii: "?"): .help
        case 0x1A: .suspend
        default: nil
        }
    }
}
