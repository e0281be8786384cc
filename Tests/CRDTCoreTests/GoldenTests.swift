import CRDTCore
import Testing

@Suite("golden sessions of Yjs") struct GoldenTests {
    @Test(
        "in order: every emitted update, the state, the vector and a diff are Yjs's",
        arguments: GoldenSession.plain)
    func inOrder(name: String) throws {
        let session = try GoldenSession.named(name)
        var document = Document(client: 77)
        var emitted: [UpdateShape] = []
        for update in session.order {
            let bytes = update.bytes
            let news = try document.applyEncoding(bytes.span)
            if !news.isEmpty { emitted.append(try UpdateShape(news)) }
        }
        #expect(emitted == (try session.serverUpd.map { try UpdateShape($0.bytes) }))
        let state = document.encode()
        #expect(try UpdateShape(state) == UpdateShape(session.full.bytes))
        let vector = document.stateVector()
        #expect(vector == session.sv.bytes)
        let known = session.hsv.bytes
        let diff = try document.encode(since: known.span)
        #expect(try UpdateShape(diff) == UpdateShape(session.diff.bytes))
    }

    @Test("shuffled, nothing stays pending and the state is Yjs's", arguments: GoldenSession.plain)
    func shuffled(name: String) throws {
        let session = try GoldenSession.named(name)
        var document = Document(client: 77)
        for index in session.shuf { _ = try document.take(session.order[index].bytes) }
        let isPending = document.hasPending
        #expect(!isPending)
        let state = document.encode()
        #expect(try UpdateShape(state) == UpdateShape(session.shufFull.bytes))
    }

    @Test("any order with duplicates gives the same text", arguments: GoldenSession.all)
    func duplicates(name: String) throws {
        let session = try GoldenSession.named(name)
        for seed in UInt64(1)...5 {
            var random = SeededNumbers(seed: seed)
            let order = (session.order + session.order.prefix(80)).shuffled(using: &random)
            var document = Document(client: 77)
            let root = document.root(named: "t")
            _ = document.lineCount(root)
            for update in order { _ = try document.take(update.bytes) }
            let text = document.text(root)
            #expect(text == Array(session.json.t.utf8))
            let units = document.utf16Count(root)
            #expect(units == session.json.tl)
            let isPending = document.hasPending
            #expect(!isPending)
            let vector = document.stateVector()
            #expect(vector == session.sv.bytes)
        }
    }

    @Test("a state loads into the same state", arguments: GoldenSession.all)
    func reload(name: String) throws {
        let session = try GoldenSession.named(name)
        var first = Document(client: 1)
        let news = try first.take(session.full.bytes).news
        #expect(news == .original)
        let again = try first.take(session.full.bytes).news
        #expect(again == .nothing)
        let state = first.encode()
        #expect(try UpdateShape(state) == UpdateShape(session.full.bytes))
        let text = text(of: &first)
        #expect(text == Array(session.json.t.utf8))
    }

    @Test("merged without a document as in Yjs", arguments: GoldenSession.plain)
    func merge(name: String) throws {
        let session = try GoldenSession.named(name)
        let merged = try UpdateTool.merge(session.order.map(\.bytes))
        #expect(try UpdateShape(merged) == UpdateShape(session.merged.bytes))
        var document = Document(client: 1)
        _ = try document.take(merged)
        let text = text(of: &document)
        #expect(text == Array(session.json.t.utf8))
        #expect(try UpdateTool.stateVector(of: merged.span) == session.sv.bytes)
    }

    @Test("version 2 of the format reads as version 1", arguments: GoldenSession.all)
    func version2(name: String) throws {
        let session = try GoldenSession.named(name)
        let update = try GoldenSession.version2(name)
        let plain = try UpdateTool.merge([session.full.bytes])
        #expect(try UpdateShape(UpdateTool.fromV2(update.span)) == UpdateShape(plain))
        for count in stride(from: 0, to: update.count, by: 7) {
            let torn = Array(update[..<count])
            #expect(throws: UpdateFault.self) { try UpdateTool.fromV2(torn.span) }
        }
    }

    @Test("a state in columns is smaller and comes back, torn ones are refused", arguments: GoldenSession.all)
    func columns(name: String) throws {
        let session = try GoldenSession.named(name)
        let full = session.full.bytes
        let columns = try UpdateTool.columns(of: full.span)
        #expect(columns.count < full.count)
        let back = try UpdateTool.update(fromColumns: columns.span)
        let plain = try UpdateTool.merge([full])
        #expect(try UpdateShape(back) == UpdateShape(plain))
        for count in stride(from: 0, to: columns.count, by: 7) {
            let torn = Array(columns[..<count])
            #expect(throws: UpdateFault.self) { try Document(client: 1, snapshot: torn.span).structCount }
        }
    }

    @Test("texts, lists and maps read as JSON are what Yjs reads", arguments: GoldenSession.all)
    func json(name: String) throws {
        let session = try GoldenSession.named(name)
        var document = Document(client: 1)
        _ = try document.take(session.full.bytes)
        let text = document.json(document.root(named: "t"), as: .text)
        #expect(try JSONValue(text) == .string(session.json.t))
        let list = document.json(document.root(named: "a"), as: .array)
        #expect(try JSONValue(list) == session.json.a)
        let map = document.json(document.root(named: "m"), as: .map)
        #expect(try JSONValue(map) == session.json.m)
    }
}
