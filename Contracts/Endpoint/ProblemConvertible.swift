/// An error that knows what to tell the client; every domain error that may leave a service is one.
public protocol ProblemConvertible: Error {
    /// What the client is told.
    var problem: Problem { get }
}
