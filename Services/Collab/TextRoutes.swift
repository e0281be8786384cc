internal import CRDTCore
internal import Contracts
internal import Credentials
internal import NIOCore
internal import NIOHTTP1
internal import ServiceKit
internal import SystemKit

/// A document's text and its Yjs updates over REST.
extension CollabService {
    func addTexts(to routes: inout Routes) {
        routes.raw(on: CollabEndpoints.text) { call in
            let root = call.query(text: "root") ?? "content"
            let text = try await existing(call).settled { $0.text(root) }
            let tag = Self.tag(text.sequence)
            if call.isUnchanged(tag) {
                return ServerResponse(status: 304, headers: ["ETag": tag.description])
            }
            var response = ServerResponse.json(text)
            response.headers.add(name: "ETag", value: tag.description)
            return response
        }
        routes.reply(to: CollabEndpoints.putText) { call in
            let text = call.body.text
            return try await change(call) { room, author in try room.write(text, by: author) }
        }
        routes.reply(to: CollabEndpoints.patchText) { call in
            let patch = call.body
            return try await change(call) { room, author in try room.edit(patch, by: author) }
        }
        routes.raw(on: CollabEndpoints.update) { call in
            let room = try await existing(call)
            let vector = try Self.stateVector(call)
            let update = try await room.settled { room in
                do throws(ProtocolFault) {
                    return try room.difference(since: vector[...])
                } catch {
                    throw CollabService.invalid("query/sv", error.detail)
                }
            }
            return .bytes(update, contentType: "application/octet-stream")
        }
        routes.raw(on: CollabEndpoints.postUpdate) { call in try await merge(call) }
        routes.raw(on: CollabEndpoints.stateVector) { call in
            let vector = try await existing(call).settled { $0.document.stateVector() }
            return .bytes(vector, contentType: "application/octet-stream")
        }
    }

    static func tag(_ sequence: Int) -> EntityTag { EntityTag("\(sequence)") }

    static func invalid(_ pointer: String, _ detail: String) -> Problem {
        Problem(
            .invalidRequest, "\(pointer): \(detail)",
            errors: [FieldProblem(pointer: pointer, code: "wrong_format", detail: detail)])
    }

    private static func stateVector(_ call: some CallAccess) throws(Problem) -> [UInt8] {
        guard let text = call.query(text: "sv"), !text.isEmpty else { return [0] }
        guard let bytes = Base64URL.decode(text) else {
            throw invalid("query/sv", "expected base64url without padding")
        }
        return bytes
    }

    /// Changes a document and answers when that is durable: the text as it is then, with what others have
    /// written meanwhile.
    func change<Request>(
        _ call: Call<Request>, _ body: @escaping @Sendable (Room, UserID) throws -> Void
    ) async throws -> Reply<DocumentText> {
        let key = try await writable(call)
        let author = try call.identity.userID
        let room = try await rooms.open(key, for: try caller(call))
        try await room.settled { room in
            try room.requireOpen()
            try call.checkIfMatch(Self.tag(room.sequence))
            try body(room, author)
        }
        let text = try await room.settled { $0.text() }
        return Reply(text, headers: ["ETag": Self.tag(text.sequence).description])
    }

    private func merge(_ call: Call<Nothing>) async throws -> ServerResponse {
        guard case .bytes(let body) = call.request.body, body.readableBytes > 0 else {
            throw Problem(.invalidRequest, "the body is a Yjs update (v1)")
        }
        let media = call.header("Content-Type")?.lowercased() ?? "application/octet-stream"
        guard media.hasPrefix("application/octet-stream") else {
            throw Problem(.unsupportedMediaType, "a Yjs update is application/octet-stream")
        }
        let update = Array(buffer: body)
        let key = try await writable(call)
        let author = try call.identity.userID
        let room = try await rooms.open(key, for: try caller(call))
        let isPending = try await room.on { room in
            try room.requireOpen()
            return try room.merge(update, by: author)
        }
        let state = try await room.settled { room in
            DocumentState.with {
                $0.name = key.document
                $0.sequence = room.sequence
                $0.isPending = isPending
            }
        }
        return .json(state)
    }
}

extension Room {
    /// - Throws: `RoomEnded` when nothing more is taken in here.
    func requireOpen() throws(RoomEnded) {
        if isOver { throw RoomEnded() }
    }
}
