/// A submission as Judge0 answers it: those of its attributes that were asked for, `null` where there is
/// nothing; or its complaints about one that was refused.
public struct Judge0Submission: Wire, Equatable {
    /// The attributes, in the order asked for.
    public var attributes: [JSONMember]

    /// Some attributes.
    public init(_ attributes: [JSONMember]) { self.attributes = attributes }

    /// Reads an object.
    public static func read(_ reader: inout JSONReader) throws(WireFault) -> Judge0Submission {
        guard case .object(let members) = try JSONValue.read(&reader) else {
            throw WireFault(.wrongType, "expected object")
        }
        return Judge0Submission(members)
    }

    /// Writes the attributes.
    public func write(to writer: inout JSONWriter) { JSONValue.object(attributes).write(to: &writer) }

    /// An object with any of the attributes.
    public static var schema: Schema {
        .named("Judge0Submission") {
            .inline([
                JSONMember("type", "object"),
                JSONMember(
                    "description", "The attributes asked for by `fields`; complaints by field in a batch."),
                JSONMember("additionalProperties", true),
            ])
        }
    }
}

/// A page or batch of submissions.
public struct Judge0Submissions: ForeignObject, Equatable {
    /// The submissions; null where a token names none.
    public var submissions: [Nullable<Judge0Submission>] = []
    /// Where the page stands, for pages.
    public var meta: Judge0Page?

    /// For reading.
    public init() {}

    /// submissions, meta.
    public static let fields = Fields<Judge0Submissions>(
        field("submissions", \.submissions), field("meta", \.meta))
}

/// Where a page of Judge0's stands.
public struct Judge0Page: ForeignObject, Equatable {
    /// From 1.
    public var current = 1
    /// The next, or null.
    public var next = Nullable<Int>.null
    /// The one before, or null.
    public var previous = Nullable<Int>.null
    /// How many pages there are.
    public var pages = 0
    /// How many submissions there are.
    public var count = 0

    /// For reading.
    public init() {}

    /// The table.
    public static let fields = Fields<Judge0Page>(
        field("current_page", \.current), field("next_page", \.next), field("prev_page", \.previous),
        field("total_pages", \.pages), field("total_count", \.count))
}

/// What `GET /config_info` of Judge0 answers: the defaults and maxima that hold here.
public struct Judge0Configuration: Wire, Equatable {
    /// The settings by name.
    public var settings: [JSONMember]

    /// Some settings.
    public init(_ settings: [JSONMember]) { self.settings = settings }

    /// Reads an object.
    public static func read(_ reader: inout JSONReader) throws(WireFault) -> Judge0Configuration {
        Judge0Configuration(try Judge0Submission.read(&reader).attributes)
    }

    /// Writes the settings.
    public func write(to writer: inout JSONWriter) { JSONValue.object(settings).write(to: &writer) }

    /// An object of truth values, numbers and lists.
    public static var schema: Schema {
        .named("Judge0Configuration") {
            .inline([
                JSONMember("type", "object"),
                JSONMember(
                    "additionalProperties",
                    .object([JSONMember("type", ["boolean", "number", "array"])])),
            ])
        }
    }
}
