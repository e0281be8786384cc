package import Contracts
package import SystemKit

/// For whom and until when another service is asked.
package struct Errand: Sendable {
    /// For whom.
    package let identity: Identity
    /// Until when.
    package let deadline: Timestamp

    /// An errand.
    package init(for identity: Identity, until deadline: Timestamp) {
        self.identity = identity
        self.deadline = deadline
    }
}

/// What is heard of a program.
package enum ProgramNews: Sendable {
    /// The executor has taken it under this name.
    case named(ExecutionID)
    /// Something happened to it.
    case event(ExecutionEvent)
}

/// What a run asks of the other services; tests have a twin of it that answers by script.
///
/// Every call throws the other service's `Problem`, or `PeerFailure` when there is none.
package protocol RunPeers: Sendable {
    /// The languages on this machine.
    func runtimes() async throws -> [Runtime]
    /// Compiles.
    func compile(_ request: CompilationRequest, _ errand: Errand) async throws -> Compilation
    /// Starts a program, or finds the one that the same key has started, and hears its name and what happens
    /// to it after event number `sequence`, until it has ended.
    func conduct(
        _ request: ExecutionRequest, key: String, after sequence: Int, _ errand: Errand,
        _ hear: @escaping @Sendable (ProgramNews) async throws -> Void) async throws
    /// Hears what happens to a program after event number `sequence`, until it has ended.
    func follow(
        _ id: ExecutionID, after sequence: Int, _ errand: Errand,
        _ hear: @escaping @Sendable (ExecutionEvent) async throws -> Void) async throws
    /// Kills a program.
    func cancel(_ id: ExecutionID, _ errand: Errand) async throws -> Execution
    /// Types at a program's terminal; returns when its keyboard has taken it.
    func type(_ bytes: [UInt8], into id: ExecutionID, _ errand: Errand) async throws
    /// Gives a program's terminal another size.
    func resize(_ size: ScreenSize, of id: ExecutionID, _ errand: Errand) async throws
    /// Analyses sources.
    func analyze(_ request: AnalysisRequest, _ errand: Errand) async throws -> Analysis
    /// Records a program's memory and CPU.
    func profile(_ request: ProfileRequest, _ errand: Errand) async throws -> Profile
}
