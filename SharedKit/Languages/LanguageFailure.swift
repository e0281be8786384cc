/// What can be wrong with the language definitions.
package enum LanguageFailure: Error, Equatable, CustomStringConvertible {
    /// There is no directory of definitions in any of these places.
    case noDefinitions(lookedIn: [String])
    /// A directory or file cannot be read.
    case unreadable(file: String, why: String)
    /// A file's content breaks the contract.
    case invalid(file: String, why: String)

    /// For people.
    package var description: String {
        switch self {
        case .noDefinitions(let places): "no language definitions in \(places.joined(separator: ", "))"
        case .unreadable(let file, let why): "\(file) cannot be read: \(why)"
        case .invalid(let file, let why): "\(file): \(why)"
        }
    }
}
