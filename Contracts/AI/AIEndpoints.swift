/// What the ai service serves.
public enum AIEndpoints {
    /// Metrics, and findings of the analysers on the machine.
    public static let analyze = Endpoint<AnalysisRequest, Analysis>(
        "analysis.create", of: .ai, .post, "/v1/analyze", access: .identified(.ai), "Analyse sources",
        problems: [.overloaded], repeatability: .idempotent, timeout: .seconds(60), bodyLimit: 20 << 20,
        example: #"{"files":[{"path":"main.py","content":"x = 1\n"}]}"#)
    /// Which language a text is in.
    public static let detect = Endpoint<DetectionRequest, LanguageGuess>(
        "language.detect", of: .ai, .post, "/v1/detect-language", access: .identified(.ai),
        "Tell the language of a text", repeatability: .idempotent, timeout: .seconds(10), bodyLimit: 2 << 20,
        example: #"{"filename":"main.py","content":"import os\n"}"#)
    /// All of them.
    public static let all: [Route] = [analyze.route, detect.route]
}
