/// A file that is not what it should be; the tool ends with 65, `EX_DATAERR`.
struct BadFile: Error, CustomStringConvertible {
    let path: String
    let problem: String
    var isMissing = false

    var description: String { "\(path): \(problem)" }
}
