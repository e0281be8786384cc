/// An instant as it travels: RFC 3339 in UTC with milliseconds, e.g. `2026-11-23T09:57:00.123Z`.
public struct Instant: WireText, Comparable {
    /// Milliseconds since 1970-01-01T00:00:00Z, from year 1 to 9999.
    public let milliseconds: Int64

    /// An instant by its distance from the Unix epoch.
    public init(milliseconds: Int64) { self.milliseconds = milliseconds }

    /// Earlier before later.
    public static func < (left: Instant, right: Instant) -> Bool { left.milliseconds < right.milliseconds }

    /// The value of a field that is about to be overwritten.
    public static let zero = Instant(milliseconds: 0)

    /// The RFC 3339 text.
    public var text: String {
        let days = Int(milliseconds.flooringDivision(by: 86_400_000))
        let ofDay = Int(milliseconds - Int64(days) * 86_400_000)
        let date = CivilDate(daysSinceEpoch: days)
        let time = [ofDay / 3_600_000, ofDay / 60_000 % 60, ofDay / 1000 % 60].map { $0.padded(to: 2) }
        return "\(date.year.padded(to: 4))-\(date.month.padded(to: 2))-\(date.day.padded(to: 2))"
            + "T\(time.joined(separator: ":")).\((ofDay % 1000).padded(to: 3))Z"
    }

    /// Parses RFC 3339 in UTC with zero to three digits of fraction.
    /// - Throws: `WireFault` (`.wrongFormat`).
    public init(_ text: String) throws(WireFault) {
        guard let milliseconds = Self.parse(Array(text.utf8)) else {
            throw WireFault(.wrongFormat, "expected RFC 3339 in UTC, e.g. 2026-11-23T09:57:00.123Z")
        }
        self.milliseconds = milliseconds
    }

    private static func parse(_ text: [UInt8]) -> Int64? {
        guard (20...24).contains(text.count), text.last == UInt8(ascii: "Z"),
            let year = number(text, 0, 4, "-"), let month = number(text, 5, 2, "-"),
            let day = number(text, 8, 2, "T"),
            let hour = number(text, 11, 2, ":"), let minute = number(text, 14, 2, ":"),
            let second = number(text, 17, 2, text.count == 20 ? "Z" : "."),
            let fraction = fraction(text[19..<text.count - 1]),
            let date = CivilDate(year: year, month: month, day: day), hour < 24, minute < 60, second < 60
        else { return nil }
        let seconds = date.daysSinceEpoch * 86_400 + hour * 3600 + minute * 60 + second
        return Int64(seconds) * 1000 + fraction
    }

    private static func number(_ text: [UInt8], _ start: Int, _ count: Int, _ end: Unicode.Scalar) -> Int? {
        guard text[start + count] == UInt8(ascii: end) else { return nil }
        return text[start..<start + count].reduce(0) { value, byte in
            guard let value, byte.isDigit else { return nil }
            return value * 10 + Int(byte - UInt8(ascii: "0"))
        }
    }

    private static func fraction(_ text: ArraySlice<UInt8>) -> Int64? {
        guard text.count != 1 else { return nil }
        let digits = text.dropFirst()
        guard digits.allSatisfy(\.isDigit) else { return nil }
        let value = digits.reduce(Int64(0)) { $0 * 10 + Int64($1 - UInt8(ascii: "0")) }
        return [value * 1000, value * 100, value * 10, value][digits.count]
    }

    /// An RFC 3339 text.
    public static var schema: Schema { .type("string", [JSONMember("format", "date-time")]) }
}

/// A day of the proleptic Gregorian calendar; algorithms by Howard Hinnant, "chrono-Compatible Low-Level Date
/// Algorithms" (days_from_civil, civil_from_days).
struct CivilDate {
    let year: Int
    let month: Int
    let day: Int

    init(daysSinceEpoch: Int) {
        let shifted = daysSinceEpoch + 719_468
        let era = (shifted >= 0 ? shifted : shifted - 146_096) / 146_097
        let dayOfEra = shifted - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let shiftedMonth = (5 * dayOfYear + 2) / 153
        day = dayOfYear - (153 * shiftedMonth + 2) / 5 + 1
        month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
        year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
    }

    init?(year: Int, month: Int, day: Int) {
        guard year >= 1, (1...12).contains(month), day >= 1, day <= Self.days(in: month, of: year) else {
            return nil
        }
        self.year = year
        self.month = month
        self.day = day
    }

    private static func days(in month: Int, of year: Int) -> Int {
        let isLeap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
        return [31, isLeap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31][month - 1]
    }

    var daysSinceEpoch: Int {
        let shiftedYear = month <= 2 ? year - 1 : year
        let era = shiftedYear / 400
        let yearOfEra = shiftedYear - era * 400
        let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
        return era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719_468
    }
}

extension Int64 {
    func flooringDivision(by divisor: Int64) -> Int64 {
        let quotient = self / divisor
        return self % divisor < 0 ? quotient - 1 : quotient
    }
}

extension Int {
    func padded(to width: Int) -> String {
        let digits = String(self)
        return String(repeating: "0", count: Swift.max(0, width - digits.count)) + digits
    }
}
