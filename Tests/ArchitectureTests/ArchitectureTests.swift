import Foundation
import Testing

/// Holds the direction of the dependencies: a module imports only modules above it in this list.
@Suite struct ArchitectureTests {
    /// The house from its foundations up; a folder's name is its module's.
    static let order = [
        "Doors/CEvents", "Doors/CLibCurl", "Doors/CLibPQ", "Doors/CLibYAML", "Doors/CZlib", "Doors/CBrotli", "Doors/CZstd", "Doors/CJSON",
        "Doors/CJSONSchema", "Doors/CLanguage", "Doors/CSystem",
        "Plumbing/EventLoop", "Plumbing/HTTPWire", "Plumbing/HTTPServer", "Plumbing/HTTPClient", "Plumbing/JSON",
        "Plumbing/JSONSchema", "Plumbing/Language",
        "Plumbing/Postgres", "Plumbing/Telemetry", "Plumbing/Processes",
        "Shadow/Traffic", "Shadow/Configuration", "Shadow/ModelAPI", "Shadow/Records", "Shadow/Mirror", "Shadow/Spool", "Shadow/Comparison",
        "Shadow/Judge", "Shadow/Statistics",
        "Shadow/Verdict", "Shadow/Report", "Shadow/Storage", "Shadow/Worker", "Shadow/Web",
        "Program/EmbeddedPostgres", "Program/StandIn", "Program/Commands", "Program/understudy", "Program/MirrorBenchmark",
        "Program/ComparisonBenchmark", "Program/ReportBenchmark", "Program/VerdictBenchmark",
    ]

    static let sources = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        .appending(path: "Sources")

    /// The Swift files of a module with the names of what each imports.
    private func imports(of module: String) throws -> [(file: String, modules: [String])] {
        let folder = Self.sources.appending(path: module)
        let names = try FileManager.default.subpathsOfDirectory(atPath: folder.path).filter { $0.hasSuffix(".swift") }
        return try names.map { name in
            let text = try String(contentsOf: folder.appending(path: name), encoding: .utf8)
            let modules = text.split(separator: "\n").compactMap { line -> String? in
                let words = line.split(separator: " ")
                guard let index = words.firstIndex(of: "import"), index + 1 < words.count,
                    words[..<index].allSatisfy({ Self.importPrefixes.contains($0) })
                else { return nil }
                return String(words.last ?? "").split(separator: ".").first.map(String.init)
            }
            return (name, modules)
        }
    }

    private static let importPrefixes: Set<Substring> = [
        "public", "package", "internal", "fileprivate", "private", "@testable", "@preconcurrency", "unsafe",
    ]

    @Test func everyFolderStandsInTheList() throws {
        for layer in ["Doors", "Plumbing", "Shadow", "Program"] {
            let folders = try FileManager.default.contentsOfDirectory(atPath: Self.sources.appending(path: layer).path)
            for folder in folders where !folder.hasSuffix(".md") {
                #expect(Self.order.contains("\(layer)/\(folder)"), "Sources/\(layer)/\(folder) has no place in the order of modules")
            }
        }
    }

    @Test(arguments: order.filter { !$0.hasPrefix("Doors") })
    func importsOnlyWhatStandsAboveIt(_ module: String) throws {
        let own = try #require(Self.order.firstIndex(of: module))
        let names = Self.order.map { String($0.split(separator: "/")[1]) }
        let files = try imports(of: module)
        #expect(!files.isEmpty)
        for file in files {
            for imported in file.modules {
                guard let position = names.firstIndex(of: imported) else { continue }
                #expect(position < own, "\(module)/\(file.file) imports \(imported), which stands below it")
            }
        }
    }

    @Test func cLibrariesAreReachedThroughOneDoorEach() throws {
        let keepers: [String: Set<String>] = [
            "CEvents": ["EventLoop"], "CLibCurl": ["HTTPClient"], "CLibPQ": ["Postgres"], "CLibYAML": ["Configuration"],
            "CZlib": ["Spool", "ModelAPI"], "CBrotli": ["ModelAPI"], "CZstd": ["ModelAPI"],
            "CJSON": ["JSON"], "CJSONSchema": ["JSONSchema"], "CLanguage": ["Language"], "CSystem": ["Processes"],
        ]
        for module in Self.order where !module.hasPrefix("Doors") {
            for file in try imports(of: module) {
                for imported in file.modules {
                    guard let allowed = keepers[imported] else { continue }
                    let name = String(module.split(separator: "/")[1])
                    #expect(allowed.contains(name), "\(module)/\(file.file) imports \(imported) past its door")
                }
            }
        }
    }

    @Test(arguments: [
        "Plumbing/EventLoop", "Plumbing/HTTPWire", "Plumbing/HTTPServer", "Plumbing/HTTPClient", "Plumbing/JSON",
        "Plumbing/JSONSchema", "Plumbing/Language",
        "Plumbing/Telemetry",
        "Shadow/Traffic",
        "Shadow/ModelAPI", "Shadow/Records", "Shadow/Mirror", "Shadow/Spool", "Shadow/Comparison", "Shadow/Judge", "Shadow/Statistics",
        "Shadow/Verdict",
    ])
    func staysFreeOfFoundation(_ module: String) throws {
        for file in try imports(of: module) {
            #expect(!file.modules.contains { $0.hasPrefix("Foundation") }, "\(module)/\(file.file) imports Foundation")
        }
    }

    @Test func theMirrorKnowsNoDatabaseAndNoReport() throws {
        for file in try imports(of: "Shadow/Mirror") {
            #expect(
                file.modules.allSatisfy { !["Postgres", "Storage", "Report", "Worker", "Spool"].contains($0) },
                "\(file.file) reaches past the mirror")
        }
    }

    /// EmbeddedMigrations.swift is the text of migrations/, written by its `embed` command.
    @Test func filesStayReadable() throws {
        for module in Self.order {
            let folder = Self.sources.appending(path: module)
            for name in try FileManager.default.subpathsOfDirectory(atPath: folder.path)
            where name.hasSuffix(".swift") && name != "EmbeddedMigrations.swift" {
                let lines = try String(contentsOf: folder.appending(path: name), encoding: .utf8).split(
                    separator: "\n", omittingEmptySubsequences: false
                ).count
                #expect(lines <= 800, "\(module)/\(name) has \(lines) lines: look for its second subject")
            }
        }
    }
}
