import CollabService
import Contracts
import ServiceKit
import SystemKit
import TestSupport
import Testing

@Suite(
    "Live documents with y-websocket", .tags(.medium), .timeLimit(.minutes(8)),
    .enabled(if: NodeClient.isInstalled, "needs Debian's node-y-websocket and node-ws"))
struct LiveTests {
    @Test("three editors converge, a newcomer gets everything, and so does one after a restart")
    func convergence() async throws {
        let home = try TemporaryDirectory()
        let first = try await CollabHouse.open(home) { house in
            try await NodeClient.run(
                """
                const rooms = args.map(statement => open('main.py', statement));
                for (const room of rooms) await room.synced();
                for (let i = 0; i < 300; i++) {
                  const text = rooms[i % 3].doc.getText('code');
                  const at = Math.floor(Math.random() * (text.length + 1));
                  if (i % 5 == 4 && text.length > 3) text.delete(Math.min(at, text.length - 2), 2);
                  else text.insert(at, 'x' + i + '🦉');
                  if (i % 40 == 0) await sleep(5);
                }
                const text = i => rooms[i].doc.getText('code').toString();
                await until(() => text(0) === text(1) && text(1) === text(2));
                const late = open('main.py', args[0]); await late.synced();
                await until(() => late.doc.getText('code').toString() === text(0));
                await sleep(200);
                console.log(text(0));
                """, port: house.collab.port,
                [
                    try house.statement("editor Ada"), try house.statement("owner Bob"),
                    try house.statement("editor Cy"),
                ])
        }
        let second = try await CollabHouse.open(home) { house in
            try await NodeClient.run(
                """
                const room = open('main.py', args[0]); await room.synced();
                console.log(room.doc.getText('code').toString());
                """,
                port: house.collab.port, [try house.statement("viewer Vic")])
        }
        #expect(first.count > 300)
        #expect(first == second)
    }

    @Test("what was typed offline arrives, and nothing is logged twice")
    func offline() async throws {
        let home = try TemporaryDirectory()
        try await CollabHouse.open(home) { house in
            let script = """
                const a = open('notes', args[0]); await a.synced();
                a.doc.getText('t').insert(0, 'online '); await sleep(100);
                a.provider.disconnect(); await sleep(50);
                a.doc.getText('t').insert(7, 'offline'); a.doc.getText('t').delete(0, 3);
                a.provider.connect(); await a.synced(); await sleep(100);
                for (let i = 0; i < 5; i++) {
                  a.provider.disconnect(); await sleep(20); a.provider.connect(); await a.synced();
                }
                const b = open('notes', args[0]); await b.synced();
                await until(() => b.doc.getText('t').toString() === 'ine offline');
                """
            let arguments = [try house.statement("editor Ada")]
            _ = try await NodeClient.run(script, port: house.collab.port, arguments)
            let options = try house.options("viewer Vic", document: "notes")
            let page = try await house.collab.client.call(CollabEndpoints.updates, options)
            #expect(page.items.map(\.sequence) == [1, 2])
            let list = try await house.collab.client.call(
                CollabEndpoints.documents, try house.options("viewer Vic"))
            #expect(list.items.map(\.name.text) == ["notes"])
            #expect(list.items.first?.sequence == 2)
        }
    }

    @Test("a viewer sees and is seen, but cannot write", arguments: ["viewer", "commenter", "runner"])
    func readers(role: String) async throws {
        let home = try TemporaryDirectory()
        try await CollabHouse.open(home) { house in
            let output = try await NodeClient.run(
                """
                const [writer, reader] = args.map(statement => open('main.py', statement));
                await writer.synced(); await reader.synced();
                reader.doc.getText('t').insert(0, 'forbidden ');
                reader.provider.awareness.setLocalState({ name: 'reader' });
                writer.doc.getText('t').insert(0, 'allowed');
                await until(() => reader.doc.getText('t').toString().includes('allowed'));
                const states = () => [...writer.provider.awareness.getStates().values()];
                const sees = () => states().some(s => s.name === 'reader');
                await until(sees);
                await sleep(200);
                console.log(writer.doc.getText('t').toString());
                reader.provider.destroy();
                await until(() => !sees());
                """, port: house.collab.port,
                [try house.statement("editor Ada"), try house.statement("\(role) Vic")])
            #expect(output == "allowed\n")
        }
    }

    @Test("presence shows who is connected")
    func presence() async throws {
        let home = try TemporaryDirectory()
        try await CollabHouse.open(home) { house in
            let options = try house.options("owner Bob", document: "main.py")
            let client = house.collab.client
            async let visit = NodeClient.run(
                """
                const a = open('main.py', args[0]); await a.synced();
                a.provider.awareness.setLocalState({});
                await until(() => a.doc.getText('content').toString() === 'seen');
                """,
                port: house.collab.port, [try house.statement("editor Ada")])
            var seen = PresenceList()
            while seen.items.first?.clientIDs.isEmpty ?? true {
                try await Task.sleep(for: .milliseconds(20))
                do { seen = try await client.call(CollabEndpoints.presence, options) } catch is Problem {
                    continue
                }
            }
            #expect(seen.items.map(\.name.text) == ["editor Ada"])
            #expect(seen.items.first?.clientIDs.count == 1)
            _ = try await client.call(CollabEndpoints.putText, TextDraft("seen"), options)
            _ = try await visit
        }
    }
}
