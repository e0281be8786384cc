private import Glibc

/// Bounds of the executor service.
package enum Limits {
    /// Programs that run at once, unless the operator says otherwise: twice the processors, because some
    /// wait for input.
    package static let width = max(2, 2 * sysconf(Int32(_SC_NPROCESSORS_ONLN)))
    /// Programs that wait for a place; at 0.1 s each the last of 128 on two cores waits 3 s.
    package static let waiting = 128
    /// How long a finished execution can be asked for, milliseconds.
    package static let retentionMilliseconds: Int64 = 15 * 60 * 1000
    /// Finished executions kept at most.
    package static let keptExecutions = 2000
    /// Bytes of output kept for all finished executions together.
    package static let keptBytes = 128 << 20
    /// How long an idempotency key is remembered, milliseconds: 24 hours (API rules).
    package static let keyMilliseconds: Int64 = 24 * 3600 * 1000
    /// Idempotency keys remembered at most, about 200 bytes each.
    package static let keys = 100_000
    /// Usage events kept per execution: ten seconds at 100 Hz; the result's own samples are thinned instead.
    package static let usageEvents = 1000
    /// Distance of usage samples.
    package static let samplingMilliseconds = 10
}
