internal import Contracts
internal import NIOCore

/// From a request's body to the type that its endpoint takes.
enum BodyDecoding {
    /// - Throws: `Problem` (415) for another media type, `WireFaults` for a body that breaks the contract.
    static func decode<Request: Wire>(
        _: Request.Type, _ body: ServerRequest.Body, of scene: CallScene
    ) throws -> Request {
        guard case .bytes(let buffer) = body else { preconditionFailure("typed bodies are collected first") }
        if let nothing = Nothing() as? Request {
            if buffer.readableBytes == 0 { return nothing }
            if case .bytes = scene.route.request { return nothing }
        }
        try checkMediaType(of: scene)
        let unknown: JSONReader.UnknownFields = scene.route.dialect.refusesUnknown ? .refuse : .skip
        return try Request.decode(Array(buffer: buffer), unknownFields: unknown)
    }

    private static func checkMediaType(of scene: CallScene) throws(Problem) {
        guard let field = scene.header("Content-Type") else {
            throw Problem(.unsupportedMediaType, "Content-Type: application/json is required")
        }
        let parts = field.lowercased().split(separator: ";")
        let isJSON = parts.first?.filter { $0 != " " } == "application/json"
        let charset = parts.dropFirst().first { $0.contains("charset=") }
        guard isJSON, charset.map({ $0.contains("utf-8") }) ?? true else {
            throw Problem(.unsupportedMediaType, "the body must be application/json in UTF-8")
        }
    }
}
