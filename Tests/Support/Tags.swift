package import Testing

extension Tag {
    /// Pure code, no sockets, no files.
    @Tag package static var small: Self
    /// One service in process behind real sockets, real files.
    @Tag package static var medium: Self
    /// The fleet of real executables.
    @Tag package static var large: Self
}
