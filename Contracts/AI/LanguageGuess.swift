/// Whose language is to be found out.
public struct DetectionRequest: WireObject, Equatable {
    /// The file's name, if it has one.
    public var filename: String?
    /// The text, or its beginning.
    public var content = ""

    /// For reading.
    public init() {}

    /// filename, content.
    public static let fields = Fields<DetectionRequest>(
        field("filename", \.filename, .length(1...255)),
        defaulted("content", \.content, .length(0...ContractLimits.fileBytes)))
}

/// Which language a text is in.
public struct LanguageGuess: WireObject, Equatable {
    /// What spoke for the language.
    public enum Evidence: String, WireEnum {
        case shebang, filename, `extension`, content, nothing
    }

    /// The language; absent when nothing speaks for any.
    public var language: LanguageID?
    /// From 0 (none) to 1 (no doubt).
    public var confidence = 0.0
    /// What spoke for it.
    public var evidence = Evidence.nothing

    /// For reading.
    public init() {}

    /// language, confidence, evidence.
    public static let fields = Fields<LanguageGuess>(
        field("language", \.language), field("confidence", \.confidence), field("evidence", \.evidence))
}
