extension Configuration {
    /// Where the compiler puts artifacts and the executor finds them: `CODECOLLAB_ARTIFACTS`.
    package var artifactDirectory: String { text("CODECOLLAB_ARTIFACTS") ?? "\(home)/data/artifacts" }
}
