internal import Contracts
internal import Languages
internal import NIOHTTP1
package import ServiceKit

/// Judge0 CE's API in front of our compiler and executions.
///
/// Known differences: every version of a language is the one that is here; compiler options, callbacks and
/// network are not allowed (`config_info` says so); limits hold for all processes together; a token is only
/// good for whoever made the submission; submissions do not outlive the service.
package struct Judge0Door: Sendable {
    private let desk: Judge0Desk

    /// A door to a desk.
    package init(_ desk: Judge0Desk) { self.desk = desk }

    /// Adds its endpoints.
    package func add(to routes: inout Routes) {
        routes.raw(on: Judge0Endpoints.create) { [self] in try await create($0) }
        routes.raw(on: Judge0Endpoints.createBatch) { [self] in try createBatch($0) }
        routes.raw(on: Judge0Endpoints.get) { [self] call in
            let record = try find(call)
            return Judge0Answer(call).submission(record)
        }
        routes.raw(on: Judge0Endpoints.getBatch) { [self] in try getBatch($0) }
        routes.raw(on: Judge0Endpoints.list) { [self] in try list($0) }
        routes.raw(on: Judge0Endpoints.delete) { [self] in try delete($0) }
        routes.on(Judge0Endpoints.statuses) { _ in Judge0Tables.statuses }
        routes.on(Judge0Endpoints.about) { _ in Judge0About() }
        routes.on(Judge0Endpoints.configuration) { _ in Judge0Tables.configuration }
        routes.on(Judge0Endpoints.workers) { [desk] _ in [desk.workers] }
        routes.on(Judge0Endpoints.languages) { [self] _ in languages { !$0.isArchived } }
        routes.on(Judge0Endpoints.allLanguages) { [self] _ in
            languages { _ in true }.map { language in
                var language = language
                language.isArchived = Judge0Tables.languages.first { $0.id == language.id }?.isArchived
                return language
            }
        }
        routes.on(Judge0Endpoints.language) { [self] in try language($0) }
    }

    private func create(_ call: Call<Judge0Request>) async throws -> ServerResponse {
        let answer = Judge0Answer(call)
        if let refusal = answer.refusal { return refusal }
        var check = Judge0Check(call.body, isBase64: answer.isBase64)
        guard let order = check.submission(desk.runtimes) else { return .json(check.answer, status: 422) }
        guard call.query(text: "wait") == "true" else {
            let records = try desk.take([order], for: try call.identity)
            return .json(Judge0Answer.token(of: records[0]), status: 201)
        }
        return answer.submission(try await desk.finish(order, for: try call.identity), status: 201)
    }

    private func createBatch(_ call: Call<Judge0Batch>) throws -> ServerResponse {
        let wanted = call.body.submissions ?? []
        if let refusal = Judge0Answer.batchRefusal(wanted.count) { return refusal }
        var checks = wanted.map { Judge0Check($0, isBase64: call.query(text: "base64_encoded") == "true") }
        let orders = checks.indices.map { checks[$0].submission(desk.runtimes) }
        var records = try desk.take(orders.compactMap { $0 }, for: try call.identity)[...]
        let answers = zip(orders, checks).map { order, check in
            order == nil ? check.answer : records.popFirst().map(Judge0Answer.token) ?? check.answer
        }
        return .json(answers, status: orders.contains { $0 != nil } ? 201 : 422)
    }

    private func find(_ call: Call<Nothing>) throws -> Judge0Record {
        guard let token = call.scene.path["token"],
            let record = desk.store.find(token, for: try call.identity)
        else { throw Problem(.notFound, "there is no submission of yours with this token") }
        return record
    }

    private func getBatch(_ call: Call<Nothing>) throws -> ServerResponse {
        let tokens = (call.query(text: "tokens") ?? "").split(separator: ",").map(String.init)
        if let refusal = Judge0Answer.batchRefusal(tokens.count) { return refusal }
        let identity = try call.identity
        return Judge0Answer(call).batch(tokens.map { desk.store.find($0, for: identity) })
    }

    private func list(_ call: Call<Nothing>) throws -> ServerResponse {
        let page = call.query(text: "page").map { Int($0) ?? 0 } ?? 1
        let size = call.query(text: "per_page").map { Int($0) ?? -1 } ?? 20
        if page <= 0 { return Judge0Answer.refusal("invalid page: \(page)") }
        if size < 0 { return Judge0Answer.refusal("invalid per_page: \(size)") }
        let all = desk.store.all(of: try call.identity.userID)
        let shown = min(max(1, size), 100)
        let start = min(all.count, (page - 1).multipliedReportingOverflow(by: shown).partialValue)
        let slice = start < 0 ? [] : Array(all[start...].prefix(shown))
        return Judge0Answer(call).batch(
            slice,
            .with {
                $0.current = page
                $0.pages = (all.count + shown - 1) / shown
                $0.next = Nullable(page < $0.pages ? page + 1 : nil)
                $0.previous = Nullable(page > 1 ? page - 1 : nil)
                $0.count = all.count
            })
    }

    private func delete(_ call: Call<Nothing>) throws -> ServerResponse {
        let record = try find(call)
        let status = Judge0Tables.status(record.status)
        guard record.isFinished else {
            return Judge0Answer.refusal(
                "submission cannot be deleted because its status is \(status.id) (\(status.description))")
        }
        let answer = Judge0Answer(call, isBase64: true).submission(record)
        if answer.status == 200 { desk.store.remove(record) }
        return answer
    }

    private func languages(_ isShown: (Judge0Tables.Line) -> Bool) -> [Judge0Language] {
        Judge0Tables.languages.filter(isShown).sorted { $0.id < $1.id }.compactMap { line in
            desk.runtimes.named(line.language).map { found in
                .with {
                    $0.id = line.id
                    $0.name = found.judge0Name
                }
            }
        }
    }

    private func language(_ call: Call<Nothing>) throws -> Judge0Language {
        let id = call.scene.path["language_id"].flatMap { Int($0) }
        guard let line = Judge0Tables.languages.first(where: { $0.id == id }),
            let found = desk.runtimes.named(line.language)
        else { throw Problem(.notFound, "there is no such language") }
        return .with {
            $0.id = line.id
            $0.name = found.judge0Name
            $0.isArchived = line.isArchived
            $0.sourceFile = line.source
            $0.compileCommand = found.language.compile.map { $0.arguments.joined(separator: " ") }
            $0.runCommand = found.language.run.arguments.joined(separator: " ")
        }
    }
}
