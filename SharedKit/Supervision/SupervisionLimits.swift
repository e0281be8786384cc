/// The numbers of this module, each with its unit and reason.
package enum SupervisionLimits {
    /// A process that is aborted has this long to write its backtrace (measured: up to 1.5 s on a busy
    /// machine).
    package static let abortGrace = Duration.seconds(3)
    /// Bytes of one log line; the rest of a longer one is cut off, so that a service cannot eat our memory.
    package static let logLineBytes = 64 * 1024
    /// Bytes of the end of standard error kept for a crash record; a Swift backtrace has 2 to 4 kB.
    package static let stderrTailBytes = 16 * 1024
    /// Bytes of one log file before it is rotated.
    package static let logFileBytes = 10 * 1024 * 1024
    /// Rotated files kept for each service.
    package static let logFiles = 4
    /// Crash records kept for each service.
    package static let crashRecords = 20
}
