/// What the ai service serves.
public enum AIEndpoints {
    /// Metrics, and findings of the analysers on the machine.
    public static let analyze = Endpoint<AnalysisRequest, Analysis>(
        "analysis.create", of: .ai, .post, "/v1/analyze", access: .identified(.ai), "Analyse sources",
        problems: [.overloaded], repeatability: .idempotent, timeout: .seconds(60), bodyLimit: 20 << 20,
        example: #"{"files":[{"path":"main.py","content":"x = 1\n"}]}"#)
    /// All of them.
    public static let all: [Route] = [analyze.route]
}
