import Foundation

/// Runs JavaScript with Debian's `node-y-websocket`, `node-yjs` and `node-ws`: clients that others wrote.
enum NodeClient {
    /// Whether node and the two packages are there; suites that need them are skipped by name otherwise.
    static let isInstalled =
        ["y-websocket", "yjs", "ws"].allSatisfy {
            FileManager.default.fileExists(atPath: "/usr/share/nodejs/\($0)")
        }
        && (FileManager.default.isExecutableFile(atPath: "/usr/bin/node"))

    struct Failure: Error {
        let status: Int32
        let text: String
    }

    /// What every script begins with: `open(doc, statement)` gives a connected provider.
    private static let prelude = """
        const Y = require('yjs'); const { WebsocketProvider } = require('y-websocket');
        const WebSocket = require('ws');
        const [port, ...args] = process.argv.slice(1);
        const session = 'ses_01J9Z3K4M5N6P7Q8R9S0T1V2W3';
        function open(name, statement, doc = new Y.Doc()) {
          class Stated extends WebSocket { constructor(url, protocols) {
            super(url, protocols, { headers: { 'X-CC-Identity': statement } }) } }
          const url = `ws://127.0.0.1:${port}/v1/sessions/${session}/docs`;
          const provider = new WebsocketProvider(url, `${name}/live`, doc,
            { WebSocketPolyfill: Stated, disableBc: true });
          return { doc, provider, synced: () => until(() => provider.synced) };
        }
        const sleep = ms => new Promise(done => setTimeout(done, ms));
        async function until(test, ms = 200000) {
          const end = Date.now() + ms;
          while (!test()) {
            if (Date.now() > end) throw new Error('waited too long: ' + test);
            await sleep(5);
          }
        }
        async function main() {

        """

    /// Runs `script` (the body of an async function) and gives what it printed.
    static func run(_ script: String, port: Int, _ arguments: [String]) async throws -> String {
        let body =
            prelude + script
            + "\n}\nmain().then(() => process.exit(0), e => { console.error(e); process.exit(1) })"
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/node")
        process.arguments = ["-e", body, "\(port)"] + arguments
        process.environment = ["NODE_PATH": "/usr/share/nodejs:/usr/lib/nodejs"]
        let output = Pipe()
        process.standardOutput = output
        process.standardError = output
        return try await withCheckedThrowingContinuation { done in
            let text = output.fileHandleForReading
            process.terminationHandler = { ended in
                let all = String(decoding: text.readDataToEndOfFile(), as: UTF8.self)
                if ended.terminationStatus == 0 {
                    done.resume(returning: all)
                } else {
                    done.resume(throwing: Failure(status: ended.terminationStatus, text: all))
                }
            }
            do { try process.run() } catch { done.resume(throwing: error) }
        }
    }
}
