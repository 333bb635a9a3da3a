import Foundation
import Processes
import TestSupport
import Testing

@Suite struct AtomicFileTests {
    private let folder: TemporaryFolder
    private var path: String { "\(folder.path)/cases.jsonl" }

    init() throws { folder = try TemporaryFolder() }

    private func names() throws -> [String] { try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted() }

    @Test func standsThereWholeWhenItIsCommittedAndForItsOwnerAlone() throws {
        let file = try AtomicFile(path: path)
        for _ in 0..<100_000 { try file.write(Array("0123456789\n".utf8)) }
        #expect(!FileManager.default.fileExists(atPath: path))
        try file.commit()
        #expect(try names() == ["cases.jsonl"])
        #expect(try Data(contentsOf: URL(filePath: path)).count == 1_100_000)
        #expect(try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int == 0o600)
    }

    @Test func leavesNothingBehindWithoutACommit() throws {
        try Data("before".utf8).write(to: URL(filePath: path))
        do {
            let file = try AtomicFile(path: path)
            try file.write(Array("half".utf8))
        }
        #expect(try names() == ["cases.jsonl"])
        #expect(try String(contentsOfFile: path, encoding: .utf8) == "before")
    }

    @Test func replacesAFileThatOthersCouldRead() throws {
        try Data("before".utf8).write(to: URL(filePath: path))
        try FileManager.default.setAttributes([.posixPermissions: 0o644], ofItemAtPath: path)
        let file = try AtomicFile(path: path)
        try file.write(Array("after".utf8))
        try file.commit()
        #expect(try String(contentsOfFile: path, encoding: .utf8) == "after")
        #expect(try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int == 0o600)
    }

    @Test func saysAtOnceWhereNothingCanBeWritten() {
        for path in ["", "/", folder.path, "\(folder.path)/", "\(folder.path)/none/cases.jsonl"] {
            #expect(throws: ProcessError.self, "\(path)") { _ = try AtomicFile(path: path) }
        }
    }
}
