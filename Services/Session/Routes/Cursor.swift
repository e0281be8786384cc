internal import Contracts
internal import Credentials
internal import NIOHTTP1
internal import ServiceKit

/// Where a page starts: the key of the last item of the page before, made opaque.
enum Cursor {
    /// The cursor behind an item.
    static func behind(_ key: String) -> String { Base64URL.encode(Array(key.utf8)) }

    /// The key that a call's cursor stands for, or nil without one.
    /// - Throws: `Problem` (`not_found`) for a cursor that is none of ours.
    static func key<Key: WireText>(of call: some CallAccess, as: Key.Type = Key.self) throws(Problem) -> Key?
    {
        guard let text = call.query(text: "cursor") else { return nil }
        guard let bytes = Base64URL.decode(text), let key = parse(Key.self, bytes) else {
            throw Problem(
                .notFound, "query/cursor: there is no such page; expected the next_cursor of a page",
                errors: [FieldProblem(pointer: "query/cursor", code: "wrong_format", detail: "not a cursor")])
        }
        return key
    }

    private static func parse<Key: WireText>(_: Key.Type, _ bytes: [UInt8]) -> Key? {
        do {
            return try Key(String(decoding: bytes, as: UTF8.self))
        } catch {
            return nil
        }
    }
}

extension Slice where Element: Wire {
    /// The slice as a page, with the link to the next one.
    func page(of call: some CallAccess, key: (Element) -> String) -> Reply<Page<Element>> {
        let next = hasMore ? elements.last.map { Cursor.behind(key($0)) } : nil
        let path = call.scene.request.head.uri.prefix { $0 != "?" }
        let page = Page(items: elements, nextCursor: next)
        guard let next else { return Reply(page) }
        return Reply(page, headers: ["Link": "<\(path)?cursor=\(next)>; rel=\"next\""])
    }
}
