import ArgumentParser
import Contracts
import Supervision

/// `codecollab session …`: what somebody does in a session from a shell.
struct SessionCommands: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "session",
        abstract: "Run a session's files, alone or together at one terminal.",
        usage: """
            export CODECOLLAB_TOKEN=ccp_…              who you are: a token of POST /v1/auth/tokens
            codecollab session run ses_01J…            run its files: output here, exit code ours
            codecollab session run -t ses_01J…         the same at a terminal, which others may join
            codecollab session join ses_01J…           sit at what runs there now
            codecollab session join ses_01J… run_01J…  see a run again that has ended
            codecollab session join ses_01J… --invitation TOKEN --name Ben
            """,
        subcommands: [SessionRun.self, SessionJoin.self])
}

/// Which session, and who comes.
struct SessionOptions: ParsableArguments {
    @OptionGroup var fleet: FleetOptions
    @Option(help: "Your token; better in CODECOLLAB_TOKEN, where nobody sees it who lists processes.")
    var token: String?
    @Option(help: "The token of an invitation: joins the session first, as a guest unless you have a token.")
    var invitation: String?
    @Option(help: "What a guest is called.") var name: String?
    @Flag(name: .shortAndLong, help: "Leave out the line about verdict, time and memory.") var quiet = false
    @Argument(help: "The session.") var session: String

    var id: SessionID {
        get throws(FleetFault) {
            do { return try SessionID(session) } catch {
                throw FleetFault("\(session) is no session: their ids are ses_ and 26 characters")
            }
        }
    }

    /// The door to the session, behind which we are a member.
    func door() throws -> PublicDoor {
        let installation = try Installation(fleet)
        let variable = installation.environment["CODECOLLAB_TOKEN"].flatMap { $0.isEmpty ? nil : $0 }
        let (token, invitation) = (token ?? variable, invitation)
        guard token != nil || invitation != nil else {
            throw FleetFault(
                "who are you? Set CODECOLLAB_TOKEN to a token of yours (POST /v1/auth/tokens), or come with "
                    + "--invitation TOKEN")
        }
        let name = try name.map { try DisplayName($0) }
        let url = try Fleet.status(installation).url
        return try blocking {
            let door = try await PublicDoor(url: url, token: token, name: name)
            if let invitation { try await door.accept(invitation) }
            return door
        }
    }

    /// Sits at a run with the others; answers our exit code.
    func sit(_ part: TerminalSeat.Part, _ signals: consuming Signals, _ door: PublicDoor, _ run: RunID) throws
        -> CInt
    {
        let id = try id
        let path = "/v1/sessions/\(id.text)/runs/\(run.text)/terminal"
        switch try TerminalSeat.sit(part, signals, door, path) {
        case .finished:
            return RunReport.show(try blocking { try await door.run(run, of: id) }, isQuiet: quiet)
        case .left, .takenOver:
            if !quiet { Console.tell("left; come back with: codecollab session join \(id.text) \(run.text)") }
            return TerminalSeat.leftCode
        }
    }
}

/// `codecollab session run SESSION`.
struct SessionRun: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "run",
        abstract: "Run a session's files as they are being typed.",
        usage: """
            codecollab session run ses_01J…
            codecollab session run -t ses_01J… --entry menu.py -- first second
            """,
        discussion: """
            With -t the program has a terminal at which the members of the session sit together: owner, \
            editors and you type, everybody watches. At the start of a line ~. leaves; the program goes on.
            """)

    @OptionGroup var options: SessionOptions
    @Option(help: "The file that is started; the only one, or main.*, unless given.") var entry: String?
    @Flag(name: .shortAndLong, help: "Sit at the program: it has a terminal, and yours is its window.")
    var terminal = false
    @Argument(parsing: .postTerminator, help: "Arguments of the program, after --.") var arguments: [String] =
        []

    func run() throws {
        var request = RunRequest()
        request.entry = try entry.map { try SourcePath($0) }
        request.arguments = try arguments.map { try ProgramArgument($0) }
        throw ExitCode(try terminal ? sit(request) : follow(request))
    }

    private func follow(_ request: RunRequest) throws -> CInt {
        let (door, id) = (try options.door(), try options.id)
        let ended = try blocking {
            try await door.follow(try await door.start(request, in: id).id, RunReport.write)
        }
        return RunReport.show(ended, isQuiet: options.quiet)
    }

    private func sit(_ request: RunRequest) throws -> CInt {
        let signals = try OwnTerminal.signals()
        let (door, id, size) = (try options.door(), try options.id, OwnTerminal.size)
        var request = request
        request.terminal = .with { ($0.columns, $0.rows) = (size.columns, size.rows) }
        let run = try blocking { [request] in try await door.start(request, in: id) }
        if !options.quiet {
            Console.tell("others come with: codecollab session join \(id.text) \(run.id.text)")
        }
        return try options.sit(.together, signals, door, run.id)
    }
}

/// `codecollab session join SESSION [RUN]`.
struct SessionJoin: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "join",
        abstract: "Sit at a run of a session with the others, from its first byte of output on.",
        usage: """
            codecollab session join ses_01J…
            codecollab session join ses_01J… run_01J…
            codecollab session join ses_01J… --invitation TOKEN --name Ben
            """,
        discussion: """
            Owner, editors and whoever started the run type; others watch, and are told so. A run that has \
            ended is shown again. At the beginning of a line ~. leaves.
            """)

    @OptionGroup var options: SessionOptions
    @Argument(help: .init("The run; the newest under way at a terminal unless given.", valueName: "run"))
    var name: String?

    func run() throws {
        let signals = try OwnTerminal.signals()
        let (door, id) = (try options.door(), try options.id)
        let run = try chosen(id, door)
        let (session, me) = try blocking { (try await door.session(id), try await door.me()) }
        let types = [.owner, .editor].contains(session.yourRole) || run.requestedBy == me.id
        throw ExitCode(try options.sit(types ? .together : .watching, signals, door, run.id))
    }

    private func chosen(_ session: SessionID, _ door: PublicDoor) throws -> Contracts.Run {
        guard let name else {
            let runs = try blocking { try await door.runs(of: session) }
            if let run = runs.first(where: { $0.terminal != nil && !$0.state.isFinal }) { return run }
            throw FleetFault(
                "nothing runs at a terminal in \(session.text): codecollab session run -t \(session.text)")
        }
        let id: RunID
        do { id = try RunID(name) } catch {
            throw FleetFault("\(name) is no run: their ids are run_ and 26 characters")
        }
        let run = try blocking { try await door.run(id, of: session) }
        guard run.terminal != nil else { throw FleetFault("\(name) has no terminal: it was run without -t") }
        return run
    }
}
