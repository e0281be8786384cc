/// What the collab service serves.
public enum CollabEndpoints {
    /// All of them.
    public static let all: [Route] = []
}
