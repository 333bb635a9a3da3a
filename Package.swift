// swift-tools-version: 6.3
import PackageDescription

// The modules in the order of a call's way through the product. A module may depend on those above it, never below:
// Tests/ArchitectureTests holds the order.

let doors: [Target] = [
    .target(
        name: "CEvents", path: "Sources/Doors/CEvents",
        linkerSettings: [.linkedLibrary("event"), .linkedLibrary("ssl"), .linkedLibrary("crypto")]),
    .systemLibrary(name: "CLibCurl", path: "Sources/Doors/CLibCurl", pkgConfig: "libcurl", providers: [.apt(["libcurl4-openssl-dev"])]),
    .systemLibrary(name: "CLibPQ", path: "Sources/Doors/CLibPQ", pkgConfig: "libpq", providers: [.apt(["libpq-dev"])]),
    .systemLibrary(name: "CLibYAML", path: "Sources/Doors/CLibYAML", pkgConfig: "yaml-0.1", providers: [.apt(["libyaml-dev"])]),
    .systemLibrary(name: "CZlib", path: "Sources/Doors/CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"])]),
    .systemLibrary(name: "CBrotli", path: "Sources/Doors/CBrotli", pkgConfig: "libbrotlidec", providers: [.apt(["libbrotli-dev"])]),
    .systemLibrary(name: "CZstd", path: "Sources/Doors/CZstd", pkgConfig: "libzstd", providers: [.apt(["libzstd-dev"])]),
    .target(name: "CJSON", path: "Sources/Doors/CJSON"),
    .target(name: "CLanguage", path: "Sources/Doors/CLanguage", linkerSettings: [.linkedLibrary("cld2")]),
    // RapidJSON 1.1 and valijson 1.0 hold templates that nobody calls and that recent clang refuses: parsed late, they never are.
    .target(
        name: "CJSONSchema", path: "Sources/Doors/CJSONSchema",
        cxxSettings: [.unsafeFlags(["-fdelayed-template-parsing"])],
        linkerSettings: [.linkedLibrary("re2")]),
    .target(name: "CSystem", path: "Sources/Doors/CSystem"),
]

let plumbing: [Target] = [
    .target(name: "EventLoop", dependencies: ["CEvents"], path: "Sources/Plumbing/EventLoop"),
    .target(name: "HTTPWire", path: "Sources/Plumbing/HTTPWire"),
    .target(name: "HTTPServer", dependencies: ["EventLoop", "HTTPWire"], path: "Sources/Plumbing/HTTPServer"),
    .target(name: "HTTPClient", dependencies: ["EventLoop", "HTTPWire", "CLibCurl"], path: "Sources/Plumbing/HTTPClient"),
    .target(name: "JSON", dependencies: ["CJSON"], path: "Sources/Plumbing/JSON"),
    .target(name: "Language", dependencies: ["CLanguage"], path: "Sources/Plumbing/Language"),
    .target(name: "JSONSchema", dependencies: ["JSON", "CJSONSchema"], path: "Sources/Plumbing/JSONSchema"),
    .target(name: "Postgres", dependencies: ["CLibPQ"], path: "Sources/Plumbing/Postgres"),
    .target(name: "Telemetry", path: "Sources/Plumbing/Telemetry"),
    .target(name: "Processes", dependencies: ["CSystem"], path: "Sources/Plumbing/Processes"),
]

let shadow: [Target] = [
    .target(name: "Traffic", path: "Sources/Shadow/Traffic"),
    .target(
        name: "Configuration", dependencies: ["Traffic", "JSON", "JSONSchema", "Processes", "CLibYAML"],
        path: "Sources/Shadow/Configuration"),
    .target(
        name: "ModelAPI", dependencies: ["Traffic", "Configuration", "JSON", "HTTPWire", "CZlib", "CBrotli", "CZstd"],
        path: "Sources/Shadow/ModelAPI"),
    .target(name: "Records", dependencies: ["Traffic", "Configuration", "ModelAPI", "HTTPWire", "JSON"], path: "Sources/Shadow/Records"),
    .target(name: "Spool", dependencies: ["Traffic", "Processes", "CZlib"], path: "Sources/Shadow/Spool"),
    .target(
        name: "Mirror",
        dependencies: [
            "Traffic", "Configuration", "ModelAPI", "Records", "EventLoop", "HTTPWire", "HTTPServer", "HTTPClient", "JSON", "Telemetry",
        ],
        path: "Sources/Shadow/Mirror"),
    .target(
        name: "Comparison", dependencies: ["Traffic", "Configuration", "JSON", "JSONSchema", "Language"], path: "Sources/Shadow/Comparison"),
    .target(name: "Judge", dependencies: ["Traffic", "JSON"], path: "Sources/Shadow/Judge"),
    .target(name: "Statistics", path: "Sources/Shadow/Statistics"),
    .target(name: "Verdict", dependencies: ["Traffic", "Statistics"], path: "Sources/Shadow/Verdict"),
    .target(
        name: "Storage",
        dependencies: [
            "Traffic", "Configuration", "ModelAPI", "Records", "Spool", "Judge", "Postgres", "JSON", "Verdict", "Statistics", "Processes",
        ],
        path: "Sources/Shadow/Storage"),
    .target(name: "Report", dependencies: ["Traffic", "Statistics", "Verdict", "JSON"], path: "Sources/Shadow/Report"),
    .target(
        name: "Worker",
        dependencies: [
            "Traffic", "Configuration", "ModelAPI", "Comparison", "Judge", "Statistics", "Verdict", "Storage", "Report", "EventLoop",
            "HTTPWire", "HTTPClient", "Postgres", "JSON", "Telemetry", "Processes",
        ],
        path: "Sources/Shadow/Worker"),
    .target(
        name: "Web", dependencies: ["Traffic", "Storage", "Report", "Worker", "EventLoop", "HTTPWire", "HTTPServer", "Postgres", "JSON"],
        path: "Sources/Shadow/Web"),
]

let program: [Target] = [
    .target(name: "EmbeddedPostgres", dependencies: ["Postgres", "Processes"], path: "Sources/Program/EmbeddedPostgres"),
    .target(name: "StandIn", dependencies: ["EventLoop", "HTTPWire", "HTTPServer", "JSON"], path: "Sources/Program/StandIn"),
    .target(
        name: "Commands",
        dependencies: [
            "Traffic", "Configuration", "ModelAPI", "Records", "Mirror", "Spool", "Storage", "Comparison", "Judge", "Statistics", "Verdict",
            "Report",
            "Worker", "Web", "EmbeddedPostgres", "StandIn", "EventLoop", "HTTPWire", "HTTPServer", "HTTPClient", "JSON", "Postgres",
            "Telemetry",
            "Processes",
        ],
        path: "Sources/Program/Commands"),
    .executableTarget(name: "understudy", dependencies: ["Commands"], path: "Sources/Program/understudy"),
    .executableTarget(
        name: "MirrorBenchmark",
        dependencies: [
            "Processes", "EventLoop", "HTTPServer", "HTTPClient", "HTTPWire", "EmbeddedPostgres", "Storage", "Spool", "Configuration",
            "Traffic", "Postgres", "JSON",
        ],
        path: "Sources/Program/MirrorBenchmark", exclude: ["idle.py"]),
    .executableTarget(
        name: "ComparisonBenchmark",
        dependencies: [
            "EmbeddedPostgres", "Processes", "Storage", "Spool", "Worker", "Configuration", "Traffic", "Telemetry", "Postgres", "JSON",
        ],
        path: "Sources/Program/ComparisonBenchmark", exclude: ["peer.py"]),
    .executableTarget(
        name: "ReportBenchmark",
        dependencies: [
            "EmbeddedPostgres", "Processes", "Storage", "Spool", "Worker", "Configuration", "Traffic", "Telemetry", "Postgres", "JSON",
            "Report",
        ],
        path: "Sources/Program/ReportBenchmark"),
    .executableTarget(
        name: "VerdictBenchmark", dependencies: ["Verdict", "Statistics", "Traffic"], path: "Sources/Program/VerdictBenchmark"),
]

let tests: [Target] = [
    .target(name: "TestSupport", dependencies: ["EmbeddedPostgres", "Postgres", "Processes"], path: "Tests/TestSupport"),
    .executableTarget(name: "RealModelTrial", path: "Tests/RealModelTrial"),
    .testTarget(name: "ArchitectureTests", dependencies: ["TestSupport"]),
    .testTarget(name: "EventLoopTests", dependencies: ["EventLoop"]),
    // Another implementation of HTTP/1.1, which only HTTPWireTests hold ours against.
    .target(name: "CHTTPParser", path: "Tests/CHTTPParser", linkerSettings: [.linkedLibrary("http_parser")]),
    .testTarget(name: "HTTPWireTests", dependencies: ["HTTPWire", "CHTTPParser"]),
    .testTarget(name: "HTTPServerTests", dependencies: ["HTTPServer", "HTTPWire", "EventLoop"]),
    .testTarget(name: "HTTPClientTests", dependencies: ["HTTPClient", "HTTPWire", "EventLoop"]),
    .testTarget(name: "JSONTests", dependencies: ["JSON"]),
    .testTarget(name: "LanguageTests", dependencies: ["Language"]),
    .testTarget(name: "JSONSchemaTests", dependencies: ["JSONSchema", "JSON"]),
    .testTarget(name: "PostgresTests", dependencies: ["Postgres", "EmbeddedPostgres", "Processes", "TestSupport"]),
    .testTarget(name: "ProcessesTests", dependencies: ["Processes", "TestSupport"]),
    .testTarget(name: "TestSupportTests", dependencies: ["Postgres", "Processes", "TestSupport"]),
    .testTarget(name: "TelemetryTests", dependencies: ["Telemetry"]),
    .testTarget(name: "TrafficTests", dependencies: ["Traffic"]),
    .testTarget(name: "ConfigurationTests", dependencies: ["Configuration", "Traffic", "JSON"]),
    .testTarget(name: "ModelAPITests", dependencies: ["ModelAPI", "Configuration", "Traffic", "HTTPWire", "JSON"]),
    .testTarget(name: "RecordsTests", dependencies: ["Records", "Configuration", "Traffic", "JSON"]),
    .testTarget(name: "SpoolTests", dependencies: ["Spool", "Traffic"]),
    .testTarget(
        name: "MirrorTests",
        dependencies: [
            "Mirror", "Configuration", "ModelAPI", "Records", "Traffic", "EventLoop", "HTTPServer", "HTTPWire", "JSON", "Telemetry",
            "TestSupport",
        ]),
    .testTarget(name: "ComparisonTests", dependencies: ["Comparison", "Configuration", "Traffic", "JSON", "TestSupport"]),
    .testTarget(name: "JudgeTests", dependencies: ["Judge", "Traffic", "JSON"]),
    .testTarget(name: "StatisticsTests", dependencies: ["Statistics"]),
    .testTarget(name: "VerdictTests", dependencies: ["Verdict", "Statistics", "Traffic"]),
    .testTarget(name: "ReportTests", dependencies: ["Report", "Verdict", "Statistics", "Traffic", "JSON"], exclude: ["Golden"]),
    .testTarget(
        name: "StorageTests",
        dependencies: [
            "Storage", "Configuration", "Comparison", "Judge", "Records", "Spool", "Postgres", "Traffic", "JSON", "Verdict", "Statistics",
            "TestSupport",
        ]),
    .testTarget(
        name: "WorkerTests",
        dependencies: [
            "Worker", "Storage", "Configuration", "Judge", "Verdict", "Report", "Spool", "Postgres", "Traffic", "JSON", "Telemetry",
            "TestSupport",
        ]),
    .testTarget(name: "StandInTests", dependencies: ["StandIn", "EventLoop", "JSON", "TestSupport"]),
    .testTarget(
        name: "CommandsTests",
        dependencies: ["Commands", "Configuration", "Worker", "Postgres", "JSON", "Report", "Traffic", "TestSupport"]),
    .testTarget(
        name: "EndToEndTests",
        dependencies: [
            "understudy", "Configuration", "EmbeddedPostgres", "EventLoop", "JSON", "Postgres", "Processes", "Spool", "Traffic",
            "TestSupport",
        ]),
]

let package = Package(
    name: "understudy",
    products: [
        .executable(name: "understudy", targets: ["understudy"]),
        .library(name: "Statistics", targets: ["Statistics"]),
    ],
    targets: doors + plumbing + shadow + program + tests,
    swiftLanguageModes: [.v6],
    cLanguageStandard: .gnu11,
    cxxLanguageStandard: .cxx17
)

let settings: [SwiftSetting] = [
    .treatAllWarnings(as: .error),
    .strictMemorySafety(),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
]
let swiftTargets: [Target] = (plumbing + shadow + program + tests).filter { $0.name != "CHTTPParser" }
for target in swiftTargets {
    target.swiftSettings = (target.swiftSettings ?? []) + settings
}
