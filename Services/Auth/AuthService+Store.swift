internal import GRDB
internal import Storage

/// The store's own refusals become the service's: a full queue is a reason to come back, not an internal
/// error.
extension AuthService {
    /// Runs `work` in one durable transaction.
    /// - Throws: what `work` throws; `AuthRefusal.overloaded`; the store's errors.
    func commit<Value: Sendable>(_ work: @escaping @Sendable (Database) throws -> Value) async throws -> Value
    {
        do {
            return try await store.write(work)
        } catch is Overloaded {
            throw AuthRefusal.overloaded(milliseconds: 1000)
        }
    }

    /// Runs `query` on what is committed.
    /// - Throws: what `query` throws; `AuthRefusal.overloaded`; the store's errors.
    func look<Value: Sendable>(_ query: @escaping @Sendable (Database) throws -> Value) async throws -> Value
    {
        do {
            return try await store.read(query)
        } catch is Overloaded {
            throw AuthRefusal.overloaded(milliseconds: 1000)
        }
    }
}
