/// The C programs of the catalogue, and how they are compiled.
package enum HostileSources {
    /// The directory they are in.
    package static let folder = String(#filePath.dropLast("/Catalogue/HostileSources.swift".count))
    /// What all programs but H6 are made of.
    package static let program = [
        "main.c", "resources.c", "time.c", "escapes.c", "walls.c", "numbers.c", "pair.c", "channels.c",
    ]
    /// H6, whose size is the point.
    package static let bss = ["bss.c"]
    /// What the programs have in common.
    package static let headers = ["hostile.h", "pair.h"]

    /// The command that makes the executable `name` of sources.
    package static func command(_ name: String, of sources: [String]) -> [String] {
        ["gcc", "-O0", "-w", "-static", "-pthread", "-o", name] + sources
    }
}
