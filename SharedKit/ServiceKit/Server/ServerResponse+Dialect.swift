package import Contracts
private import NIOHTTP1
private import NIOHTTP1

extension ServerResponse {
    /// A problem in the words of a dialect.
    package static func problem(_ problem: Problem, in dialect: Dialect) -> ServerResponse {
        var response = ServerResponse.problem(problem)
        if case .own = dialect { return response }
        response.status = dialect.status(of: problem)
        let body = ServerResponse.bytes(
            dialect.encode(problem), contentType: dialect.errorMediaType, status: response.status)
        response.headers.replaceOrAdd(name: "Content-Type", value: dialect.errorMediaType)
        response.body = body.body
        return response
    }
}
