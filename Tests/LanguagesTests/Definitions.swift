/// Where the definitions of this repository lie, whatever directory the tests run in.
enum Definitions {
    static let directory =
        "\(#filePath.split(separator: "/").dropLast(3).reduce("") { "\($0)/\($1)" })/Deploy/languages"
}
