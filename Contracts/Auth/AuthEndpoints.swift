/// What the auth service serves.
public enum AuthEndpoints {
    /// All of them.
    public static let all: [Route] = []
}
