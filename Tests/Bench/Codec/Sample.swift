internal import Contracts

/// One run of about 1 KB: strings with escapes and non-ASCII, numbers, a nested object, an array of objects.
enum Sample {
    static let text = """
        {"id":"run_01JD0000000000000000000000","session":"ses_01JD0000000000000000000000","language":\
        "python","state":"succeeded","title":"Größe \\"eins\\" – 数","created_at_ms":1795428000123\
        ,"cpu_ms":12.75,\
        "wall_ms":31.5,"exit_code":0,"memory_bytes":16777216\
        ,"stdout":"line one\\nline two\\nline three\\tend of the output\\n"\
        ,"limits":{"cpu_ms":2000,"wall_ms":7000,"memory_bytes":268435456,"processes":64,"output_bytes":\
        1048576},"events":[{"seq":1,"kind":"started","at_us":0\
        ,"text":"the program has started in its sandbox"},\
        {"seq":2,"kind":"stdout","at_us":1250,"text":"line one\\nline two\\n"},\
        {"seq":3,"kind":"stdout","at_us":1310,"text":"line three\\tend of the output\\n"},\
        {"seq":4,"kind":"usage","at_us":10000,"text":"memory 16777216 bytes, cpu 9500 microseconds"},\
        {"seq":5,"kind":"finished","at_us":31500\
        ,"text":"exit code 0, nothing was truncated, no limit was hit"}]\
        ,"degraded":false,"comment":"a longer remark that somebody wrote about this run, for the record"}
        """
}

struct BenchLimits: WireObject, Equatable {
    var cpu = 0
    var wall = 0
    var memory = 0
    var processes = 0
    var output = 0
    init() {}
    static let fields = Fields<BenchLimits>(
        field("cpu_ms", \.cpu, .range(1...60_000)), field("wall_ms", \.wall, .range(1...180_000)),
        field("memory_bytes", \.memory), field("processes", \.processes, .range(1...512)),
        field("output_bytes", \.output))
}

struct BenchEvent: WireObject, Equatable {
    var sequence = 0
    var kind = ""
    var at = 0
    var text = ""
    init() {}
    static let fields = Fields<BenchEvent>(
        field("seq", \.sequence), field("kind", \.kind), field("at_us", \.at),
        field("text", \.text, .length(0...4096)))
}

struct BenchRun: WireObject, Equatable {
    var id = RunID.zero
    var session = SessionID.zero
    var language = LanguageID.zero
    var state = RunState.queued
    var title = ""
    var created = 0
    var cpu = 0.0
    var wall = 0.0
    var exitCode = 0
    var memory = 0
    var stdout = ""
    var limits = BenchLimits()
    var events: [BenchEvent] = []
    var degraded = false
    var comment: String?
    init() {}
    static let fields = Fields<BenchRun>(
        field("id", \.id), field("session", \.session), field("language", \.language),
        field("state", \.state),
        field("title", \.title, .length(1...80)), field("created_at_ms", \.created), field("cpu_ms", \.cpu),
        field("wall_ms", \.wall), field("exit_code", \.exitCode), field("memory_bytes", \.memory),
        field("stdout", \.stdout), field("limits", \.limits), field("events", \.events, .count(0...100)),
        field("degraded", \.degraded), field("comment", \.comment))
}

/// The same for Foundation's Codable.
struct CodableRun: Codable {
    struct Limits: Codable { var cpu_ms, wall_ms, memory_bytes, processes, output_bytes: Int }
    struct Event: Codable {
        var seq: Int
        var kind: String
        var at_us: Int
        var text: String
    }
    var id, session, language, state, title: String
    var created_at_ms: Int
    var cpu_ms, wall_ms: Double
    var exit_code, memory_bytes: Int
    var stdout: String
    var limits: Limits
    var events: [Event]
    var degraded: Bool
    var comment: String?
}
