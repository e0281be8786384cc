/// What the profiler serves.
public enum ProfilerEndpoints {
    static let id = Parameter.path("profile_id", ProfileID.schema, "The profile.")

    /// Starts recording an execution from its first sample on.
    public static let create = Endpoint<ProfileRequest, Profile>(
        "profiles.create", of: .profiler, .post, "/v1/profiles", access: .identified(.profile),
        "Record where an execution's memory and CPU go", status: 202, parameters: [.prefer],
        problems: [.notFound, .conflict, .unavailable],
        example: #"{"execution_id":"exe_01JD0000000000000000000000"}"#)
    /// The newest profiles of the caller.
    public static let list = Endpoint<Nothing, Page<Profile>>(
        "profiles.list", of: .profiler, .get, "/v1/profiles", access: .identified(.profile), "List profiles",
        parameters: [.limit, .cursor])
    /// A profile as it stands.
    public static let get = Endpoint<Nothing, Profile>(
        "profiles.get", of: .profiler, .get, "/v1/profiles/{profile_id}", access: .identified(.profile),
        "Get a profile", parameters: [id], problems: [.notFound])
    /// Its samples, thinned to `points`, peaks kept.
    public static let timeline = Endpoint<Nothing, Timeline>(
        "profiles.timeline", of: .profiler, .get, "/v1/profiles/{profile_id}/timeline",
        access: .identified(.profile),
        "Get memory and CPU over time",
        parameters: [
            id,
            .query(
                "points", .type("integer", [JSONMember("minimum", 2), JSONMember("maximum", 10_000)]),
                "At most so many samples, 2 to 10000; peaks are kept."),
        ], problems: [.notFound])
    /// Samples as they come.
    public static let live = Endpoint<Nothing, UsageSample>(
        "profiles.live", of: .profiler, .get, "/v1/profiles/{profile_id}/live", access: .identified(.profile),
        "Follow a profile", answers: .events(UsageSample.schema), parameters: [id, .lastEventID],
        problems: [.notFound], timeout: .seconds(300))

    /// All of them.
    public static let all: [Route] = [create.route, list.route, get.route, timeline.route, live.route]
}
