import ArgumentParser
import Glibc

/// The tool that makes the document engine checkable by anyone.
@main
struct CRDT: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "crdt",
        usage: """
            crdt replay automerge-paper.json.gz    what an editing trace costs, and the text it ends with
            crdt apply sveltecomponent.upd.gz --root t
                                                   the text and state of a log of Yjs updates
            crdt fuzz --sessions 100 --seed 1      random sessions compared with node-yjs
            crdt measure growth                    how each operation's cost grows with the document
            crdt script --operations 1000000       a random script, the same as WebAssembly runs

            Results are one line of JSON. Exit codes: 1 a difference, 65 a damaged file, 66 a missing one.
            """,
        subcommands: [Replay.self, Apply.self, Fuzz.self, Script.self, Transcript.self, Measure.self])
}

/// The exit codes of sysexits.h that scripts rely on.
enum Ending {
    static let badData = ExitCode(65)
    static let noInput = ExitCode(66)
    static let noPeer = ExitCode(69)

    /// Runs `body`; says what is wrong with a file and ends with its code.
    static func naming(_ body: () throws -> Void) throws {
        do {
            try body()
        } catch let file as BadFile {
            Console.tell(file.description)
            throw file.isMissing ? noInput : badData
        } catch let peer as PeerFailure {
            Console.tell(peer.description)
            throw noPeer
        }
    }
}
