import AIService
import Contracts
import Sandbox
import Testing

@Suite struct DetectionTests {
    @Test(
        "tells the language and why",
        arguments: [
            ("a.py", "", "python", LanguageGuess.Evidence.extension), ("", "#!/bin/bash\n", "bash", .shebang),
            ("Rakefile", "", "ruby", .filename),
            ("", "#include <iostream>\nint main() { std::cout << 1; }\n", "cpp", .content),
        ])
    func detects(name: String, content: String, language: String, evidence: LanguageGuess.Evidence) throws {
        let service = try Workbench.service { _ in SandboxResult() }
        var request = DetectionRequest()
        request.filename = name.isEmpty ? nil : name
        request.content = content
        let guess = service.detect(request)
        #expect(guess.language?.text == language && guess.evidence == evidence && guess.confidence > 0.5)
    }

    @Test("says so when nothing speaks for a language")
    func abstains() throws {
        let service = try Workbench.service { _ in SandboxResult() }
        var request = DetectionRequest()
        request.content = "good morning"
        #expect(service.detect(request) == LanguageGuess())
    }
}
