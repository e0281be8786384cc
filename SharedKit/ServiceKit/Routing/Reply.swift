package import Contracts
package import NIOHTTP1

/// A typed answer with a status and header fields of its own.
package struct Reply<Value: Wire>: Sendable {
    /// The body.
    package let value: Value
    /// The status; nil takes the route's.
    package let status: Int?
    /// More header fields.
    package let headers: HTTPHeaders

    /// An answer.
    package init(_ value: Value, status: Int? = nil, headers: HTTPHeaders = [:]) {
        self.value = value
        self.status = status
        self.headers = headers
    }

    /// The thing is not finished: 202 and where to look for it.
    package static func accepted(_ value: Value, location: String) -> Reply {
        Reply(value, status: 202, headers: ["Location": location])
    }

    /// The thing was made: 201 and where it is.
    package static func created(_ value: Value, location: String, tag: EntityTag? = nil) -> Reply {
        var headers: HTTPHeaders = ["Location": location]
        if let tag { headers.add(name: "ETag", value: tag.description) }
        return Reply(value, status: 201, headers: headers)
    }
}
