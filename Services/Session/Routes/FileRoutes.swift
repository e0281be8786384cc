internal import Contracts
internal import NIOHTTP1
internal import ServiceKit

extension SessionService {
    func addFileRoutes(to routes: inout Routes) {
        routes.reply(to: SessionRoomEndpoints.listFiles) { call in
            let id: SessionID = try call.path("session_id")
            let user = try call.identity.userID
            _ = try await sessions.room(id, for: user)
            try await live.refresh(id)
            let room = try await sessions.room(id, for: user)
            let behind = try Cursor.key(of: call, as: SourcePath.self)
            let files = room.files.values.filter { file in behind.map { file.path > $0 } ?? true }
            return Slice(files.sorted { $0.path < $1.path }, limit: try call.pageLimit()).page(of: call) {
                $0.path.text
            }
        }
        routes.reply(to: SessionRoomEndpoints.getFile) { call in
            let id: SessionID = try call.path("session_id")
            let path: SourcePath = try call.path("path")
            let user = try call.identity.userID
            _ = try await sessions.room(id, for: user)
            try await live.refresh(id, only: path)
            let room = try await sessions.room(id, for: user)
            guard let entry = room.files[path], let bytes = try await sessions.content(entry.digest, of: id)
            else {
                throw Refusal.noFile(path)
            }
            let file = SourceFile.with {
                $0.path = path
                $0.content = FileContent.text(bytes, entry.encoding)
                $0.encoding = entry.encoding
            }
            return Reply(file, headers: entry.tag)
        }
        addFileChanges(to: &routes)
    }

    private func addFileChanges(to routes: inout Routes) {
        routes.reply(to: SessionRoomEndpoints.putFile) { call in
            let user = try call.identity.userID
            let path: SourcePath = try call.path("path")
            let file = SourceFile.with {
                $0.path = path
                $0.content = call.body.content
                $0.encoding = call.body.encoding
            }
            let (entry, bytes) = try content(of: file, by: user)
            let id: SessionID = try call.path("session_id")
            let written = try await live.write(
                entry, bytes, ifMatch: call.header("If-Match"), in: id, by: user)
            return Reply(written, headers: written.tag)
        }
        routes.on(SessionRoomEndpoints.deleteFile) { call in
            let id: SessionID = try call.path("session_id")
            let path: SourcePath = try call.path("path")
            let user = try call.identity.userID
            let ifMatch = call.header("If-Match")
            _ = try await sessions.room(id, for: user, .edit)
            if ifMatch != nil { try await live.refresh(id, only: path) }
            try await sessions.perform(.erase(path, ifMatch: ifMatch), in: id, by: user)
            await live.forget(path, in: id)
            return Nothing()
        }
    }
}

extension FileEntry {
    fileprivate var tag: HTTPHeaders { ["ETag": EntityTag(digest.text).description] }
}
