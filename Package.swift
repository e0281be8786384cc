// swift-tools-version: 6.2
import Foundation
import PackageDescription

// MARK: the house rules every Swift target is compiled with

let strict: [SwiftSetting] = [
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
    .enableUpcomingFeature("InferIsolatedConformances"),
    .treatAllWarnings(as: .error),
]

// MARK: shorthand, so that eight services fit on two screens

typealias Needs = [Target.Dependency]

let log: Target.Dependency = .product(name: "Logging", package: "swift-log")
let metrics: Target.Dependency = .product(name: "Metrics", package: "swift-metrics")
let coreMetrics: Target.Dependency = .product(name: "CoreMetrics", package: "swift-metrics")
let tracing: Target.Dependency = .product(name: "Tracing", package: "swift-distributed-tracing")
let arguments: Target.Dependency = .product(name: "ArgumentParser", package: "swift-argument-parser")
let grdb: Target.Dependency = .product(name: "GRDB", package: "GRDB.swift")
let sqlite: Target.Dependency = .product(name: "GRDBSQLite", package: "GRDB.swift")
let deque: Target.Dependency = .product(name: "DequeModule", package: "swift-collections")
let nio: Needs = ["NIOCore", "NIOPosix", "NIOHTTP1", "NIOWebSocket"]
    .map { .product(name: $0, package: "swift-nio") }

func shared(_ name: String, needs: Needs = []) -> Target {
    .target(name: name, dependencies: needs, path: "SharedKit/\(name)", swiftSettings: strict)
}

func system(_ name: String, pkgConfig: String, apt: String) -> Target {
    .systemLibrary(name: name, path: "SharedKit/\(name)", pkgConfig: pkgConfig, providers: [.apt([apt])])
}

/// One service is two targets in one folder: what it knows (a library, so that tests can link it) and its
/// `main`.
func service(_ name: String, needs: Needs = [], resources: [Resource] = []) -> [Target] {
    let base: Needs = ["Contracts", "SystemKit", "Telemetry", "ServiceKit", log] + nio
    return [
        .target(
            name: "\(name)Service", dependencies: base + needs, path: "Services/\(name)",
            exclude: ["\(name).swift"], resources: resources, swiftSettings: strict),
        .executableTarget(
            name: name.lowercased(),
            dependencies: [.target(name: "\(name)Service"), "Contracts", "ServiceKit"],
            path: "Services/\(name)", exclude: files(of: "Services/\(name)", but: "\(name).swift"),
            sources: ["\(name).swift"], swiftSettings: strict),
    ]
}

/// What lies beside a service's `main`, so that nothing in its folder is unaccounted for.
func files(of folder: String, but main: String) -> [String] {
    let path = "\(Context.packageDirectory)/\(folder)"
    do {
        return try FileManager.default.contentsOfDirectory(atPath: path).filter { $0 != main }.sorted()
    } catch {
        fatalError("\(path) cannot be listed: \(error)")
    }
}

/// Suites of what `ServiceKit` stands on pass `support: []`, so that they build without it.
func tests(_ name: String, needs: Needs, support: Needs = ["TestSupport"], exclude: [String] = []) -> Target {
    .testTarget(
        name: "\(name)Tests", dependencies: needs + support, path: "Tests/\(name)Tests",
        exclude: exclude, swiftSettings: strict)
}

/// `CODECOLLAB_TESTS=Sandbox,Storage` builds only those suites: a quick inner loop on two cores.
func wanted(_ suites: [Target]) -> [Target] {
    guard let only = Context.environment["CODECOLLAB_TESTS"]?.split(separator: ",") else { return suites }
    return suites.filter { suite in only.contains { suite.name == "\($0)Tests" } }
}

/// `CODECOLLAB_BENCH=1` adds what only `make bench` builds.
let benches: [Target] =
    Context.environment["CODECOLLAB_BENCH"] == nil
    ? []
    : [
        .executableTarget(
            name: "codec-bench", dependencies: ["Contracts"], path: "Tests/Bench/Codec", swiftSettings: strict
        ),
        .executableTarget(
            name: "sandbox-bench",
            dependencies: [
                "Artifacts", "Contracts", "Credentials", "HostilePrograms", "Sandbox", "SystemKit",
            ],
            path: "Tests/Bench/Sandbox", swiftSettings: strict),
    ]

// MARK: the house

let package = Package(
    name: "codecollab",
    products: [],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", exact: "1.8.2"),
        .package(url: "https://github.com/apple/swift-collections", exact: "1.6.0"),
        .package(url: "https://github.com/apple/swift-distributed-tracing", exact: "1.7.3"),
        .package(url: "https://github.com/apple/swift-log", exact: "1.16.2"),
        .package(url: "https://github.com/apple/swift-metrics", exact: "2.13.0"),
        .package(url: "https://github.com/apple/swift-nio", exact: "2.101.2"),
        .package(url: "https://github.com/groue/GRDB.swift", exact: "7.10.0"),
    ],
    targets: [
        .target(name: "Contracts", path: "Contracts", swiftSettings: strict),

        system("COpenSSL", pkgConfig: "libcrypto", apt: "libssl-dev"),
        system("CSeccomp", pkgConfig: "libseccomp", apt: "libseccomp-dev"),
        system("CArgon2", pkgConfig: "libargon2", apt: "libargon2-dev"),
        system("CZlib", pkgConfig: "zlib", apt: "zlib1g-dev"),
        .target(name: "CKernel", path: "SharedKit/CKernel", cSettings: [.define("_GNU_SOURCE")]),
        .target(
            name: "CSandbox", dependencies: ["CKernel"], path: "SharedKit/CSandbox",
            cSettings: [.define("_GNU_SOURCE")]),
        shared("CRDTCore"),
        shared("SystemKit", needs: ["CKernel", log]),
        shared("Credentials", needs: ["Contracts", "SystemKit", "COpenSSL", "CArgon2"]),
        shared("Sandbox", needs: ["SystemKit", "CKernel", "CSandbox", "CSeccomp"]),
        shared("Languages", needs: ["Contracts", "SystemKit"]),
        shared("Diagnostics", needs: ["Contracts"]),
        shared("Artifacts", needs: ["Contracts", "Credentials", "SystemKit"]),
        shared("Telemetry", needs: ["Contracts", "SystemKit", log, metrics, coreMetrics, tracing]),
        shared("Storage", needs: ["Contracts", "SystemKit", grdb, sqlite, deque, metrics]),
        shared("Messaging", needs: ["SystemKit", "Storage", grdb, deque, metrics, log]),
        shared("Supervision", needs: ["Contracts", "Credentials", "SystemKit", "CKernel"]),
        shared(
            "ServiceKit",
            needs: ["Contracts", "SystemKit", "CKernel", "Telemetry", "Credentials", arguments, log]
                + [tracing, metrics] + nio),
        shared("Jail", needs: ["Contracts", "SystemKit", "Languages", "Sandbox", "ServiceKit", log]),

        .executableTarget(
            name: "codecollab",
            dependencies: [
                "Contracts", "SystemKit", "CKernel", "Supervision", "ServiceKit", "Telemetry", arguments, log,
                .product(name: "NIOHTTP1", package: "swift-nio"),
            ], path: "Deploy/Launcher", swiftSettings: strict),
        .executableTarget(
            name: "crdt", dependencies: ["CRDTCore", "SystemKit", "CZlib", "COpenSSL", arguments],
            path: "Deploy/CRDT",
            swiftSettings: strict),
        .target(
            name: "HostilePrograms", dependencies: ["Sandbox"],
            path: "Tests/SandboxTests/HostilePrograms/Catalogue", swiftSettings: strict),
        .target(
            name: "TestSupport",
            dependencies: [
                "Contracts", "SystemKit", "CKernel", "Credentials", "Telemetry", "ServiceKit", log,
            ]
                + nio,
            path: "Tests/Support", swiftSettings: strict),
    ]
        + service("Gateway", needs: ["Credentials"], resources: [.embedInCode("Web")])
        + service("Auth", needs: ["Credentials", "Storage", grdb])
        + service("Session", needs: ["Credentials", "Storage", "Messaging", grdb, tracing])
        + service("Collab", needs: ["CRDTCore", "Credentials"])
        + service("AI", needs: ["Jail", "Sandbox", "Languages", "Artifacts", "Diagnostics"])
        + service(
            "Compiler",
            needs: ["Jail", "Sandbox", "Credentials", "Languages", "Artifacts", "Diagnostics"])
        + service(
            "Executor",
            needs: ["Jail", "Sandbox", "Credentials", "Languages", "Artifacts", "Diagnostics", "CZlib"]
                + [metrics])
        + service("Profiler", needs: ["Storage", grdb])
        + wanted([
            tests("Contracts", needs: ["Contracts"], support: []),
            tests("CRDTCore", needs: ["CRDTCore", "CZlib"], support: [], exclude: ["Golden"]),
            tests("CRDT", needs: ["CRDTCore"], support: []),
            tests("SystemKit", needs: ["SystemKit", "CKernel"], support: []),
            tests("Credentials", needs: ["Credentials", "Contracts", "SystemKit"], support: []),
            tests(
                "Sandbox", needs: ["Sandbox", "SystemKit", "CKernel", "CSandbox"],
                support: ["HostilePrograms"],
                exclude: ["HostilePrograms"]),
            tests("Languages", needs: ["Languages", "Contracts", "SystemKit"], support: []),
            tests("Diagnostics", needs: ["Diagnostics", "Contracts"], support: []),
            tests("Artifacts", needs: ["Artifacts", "Contracts", "SystemKit"], support: []),
            tests(
                "Telemetry",
                needs: ["Telemetry", "Contracts", "SystemKit", log, metrics, coreMetrics, tracing],
                support: []),
            tests("Storage", needs: ["Storage", "SystemKit", grdb], support: []),
            tests("Messaging", needs: ["Messaging", "Storage", "SystemKit", grdb, log], support: []),
            tests(
                "Supervision", needs: ["Supervision", "Contracts", "Credentials", "SystemKit", "CKernel"],
                support: [], exclude: ["StandIns"]),
            tests(
                "ServiceKit",
                needs: ["ServiceKit", "Contracts", "SystemKit", "CKernel", "Telemetry", "Credentials", log]
                    + [tracing] + nio),
            tests("Gateway", needs: ["GatewayService", "ServiceKit", "Contracts", "Credentials"] + nio),
            tests(
                "Auth",
                needs: [
                    "AuthService", "ServiceKit", "Contracts", "Credentials", "Storage", "SystemKit", grdb,
                ]),
            tests(
                "Session",
                needs: ["SessionService", "SystemKit", "ServiceKit", "Contracts", "Credentials", "Storage"]
                    + nio),
            tests(
                "Collab",
                needs: ["CollabService", "CRDTCore", "ServiceKit", "Contracts", "Credentials", "SystemKit"]
                    + nio),
            tests(
                "AI",
                needs: [
                    "AIService", "Diagnostics", "Languages", "SystemKit", "ServiceKit", "Contracts",
                    "Credentials",
                ]),
            tests(
                "Compiler",
                needs: [
                    "CompilerService", "Diagnostics", "Languages", "Artifacts", "Sandbox", "SystemKit",
                    "ServiceKit", "Contracts", "Credentials",
                ]),
            tests(
                "Executor",
                needs: [
                    "ExecutorService", "Artifacts", "SystemKit", "ServiceKit", "Contracts", "Credentials",
                ] + nio),
            tests(
                "Profiler",
                needs: ["ProfilerService", "SystemKit", "ServiceKit", "Contracts", "Credentials"] + nio),
            tests("Fleet", needs: ["Contracts", "SystemKit", "ServiceKit"]),
            tests("Tidy", needs: [], support: []),
        ]) + benches,
    swiftLanguageModes: [.v6]
)
