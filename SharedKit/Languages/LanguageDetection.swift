package import Contracts

/// Which language a text is in, and why we think so.
package struct LanguageDetection: Sendable, Equatable {
    /// What spoke for the language.
    package enum Evidence: String, Sendable {
        case shebang, filename, `extension`, content
    }

    /// The language.
    package var language: LanguageID
    /// From 0 (a guess) to 1 (no doubt).
    package var confidence: Double
    /// What spoke for it.
    package var evidence: Evidence
}
