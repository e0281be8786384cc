/// One of the program's output streams.
package enum OutputStream: String, Sendable, CaseIterable {
    /// Descriptor 1.
    case stdout
    /// Descriptor 2.
    case stderr
}

/// What happens while a program runs, in order.
package enum SandboxEvent: Sendable {
    /// The program wrote these bytes.
    case output(OutputStream, [UInt8])
    /// Its usage at this moment; only with `SandboxSpec.sampleRate`.
    case sample(SandboxSample)
    /// It is over: the last event.
    case finished(SandboxResult)
}
