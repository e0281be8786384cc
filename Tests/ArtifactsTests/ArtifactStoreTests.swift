import Testing

@Suite struct ArtifactStoreTests {}
