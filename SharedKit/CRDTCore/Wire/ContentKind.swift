/// What a struct holds: the low five bits of its info byte.
enum ContentKind: UInt8, BitwiseCopyable {
    case collected = 0
    case deleted = 1
    case json = 2
    case binary = 3
    case string = 4
    case embed = 5
    case format = 6
    case type = 7
    case any = 8
    case subdocument = 9
    case skip = 10

    /// Whether its units count towards the length of a list.
    @inline(__always) var isCountable: Bool { self != .deleted && self != .format && self != .collected }

    /// Whether two neighbours may become one.
    @inline(__always) var isMergeable: Bool {
        self == .string || self == .deleted || self == .any || self == .json
    }

    /// Whether it holds nothing but a length.
    @inline(__always) var isOnlyLength: Bool { self == .deleted || self == .collected || self == .skip }

    /// Whether the wire has a count in front of its elements.
    @inline(__always) var isCounted: Bool { self == .any || self == .json }
}

/// The bits of the info byte above the content kind.
enum InfoBit {
    static let kind: UInt8 = 0x1F
    static let key: UInt8 = 0x20
    static let rightOrigin: UInt8 = 0x40
    static let origin: UInt8 = 0x80
    static let anyOrigin: UInt8 = 0xC0
}

/// What a type node is: the number after a type's info byte.
enum TypeKind {
    static let array: UInt64 = 0
    static let map: UInt64 = 1
    static let text: UInt64 = 2
    static let xmlElement: UInt64 = 3
    static let xmlHook: UInt64 = 5
    static let largest: UInt64 = 6

    /// Elements and hooks carry a name.
    static func hasName(_ kind: UInt64) -> Bool { kind == xmlElement || kind == xmlHook }
}
