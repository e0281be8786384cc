import ArgumentParser

/// The command line of CodeCollab.
///
/// Not asynchronous on purpose: the supervisor reads signals and ties its children to the thread that started
/// them, and that has to be the main thread.
@main
struct Launcher: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "codecollab",
        abstract: "Write code together and run it: starts, watches and uses the fleet of eight services.",
        usage: """
            codecollab up                          start the fleet and print its address
            codecollab run hello.py                run a file in it, with its output as it comes
            codecollab run main.c -- -v input.txt  the same with arguments for the program
            codecollab session run -t ses_01J…     run a session's files and sit at it, with the others
            codecollab ps                          how the services are
            codecollab logs -f --service executor  follow the log of one service
            codecollab logs --trace 4bf92f35       everything that one request caused
            codecollab restart session             restart one service without losing a connection
            codecollab doctor                      what this machine lacks
            codecollab down                        stop everything
            """,
        subcommands: [
            Up.self, Down.self, Ps.self, Status.self, Logs.self, Restart.self, Doctor.self, Run.self,
            SessionCommands.self, Environment.self, Version.self, Supervise.self,
        ])
}
