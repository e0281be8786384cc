/// The exceptions to the rules, each with the reason why it is right.
enum Allowances {
    /// Paths that may start a task of their own: work that outlives the call and is ended by its owner.
    static let bareTasks: [String: String] = [
        "Deploy/Launcher/Blocking.swift":
            "the command line waits on its main thread for one asynchronous call",
        "SharedKit/ServiceKit/Boot/ServiceMain.swift":
            "rights are given up on the one thread there is; the rest of the life begins after that",
        "SharedKit/ServiceKit/Server/ConnectionHandler+Request.swift":
            "an event loop cannot await an answer; the connection cancels the task when it ends",
    ]

    /// `path:function` that may be longer than the budget.
    static let longFunctions: [String: String] = [:]
}
