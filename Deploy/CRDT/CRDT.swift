import ArgumentParser

@main
struct CRDT: ParsableCommand {
    static let configuration = CommandConfiguration(commandName: "crdt", abstract: "Checks the document engine.")
}
