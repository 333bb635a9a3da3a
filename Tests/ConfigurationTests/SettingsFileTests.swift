import Configuration
import Foundation
import JSON
import Testing
import Traffic

@Suite struct `The mirror's settings file` {
    let folder: URL

    init() throws {
        folder = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    }

    var file: String { folder.appendingPathComponent("settings.json").path }

    func sample() throws -> MirrorSettings {
        var generator = SettingsGenerator(seed: 3)
        return MirrorSettings(
            samplingKey: .init(word0: 1, word1: .max),
            routes: [MirrorRoute(workload: "a", productionURL: try UpstreamURL("https://api.openai.com"))],
            trials: [
                MirrorTrial(
                    id: Identifier(high: 1, low: 2), settings: try generator.settings(),
                    endsAt: Timestamp(microseconds: 1_700_000_000_000_001)),
                MirrorTrial(id: Identifier(high: 3, low: 4), settings: try parse(everything), source: .tap),
            ])
    }

    @Test func `reads back as it was written, and is private`() throws {
        defer { try? FileManager.default.removeItem(at: folder) }
        try MirrorSettings(samplingKey: .init(word0: 0, word1: 0)).write(to: file)
        let settings = try sample()
        try settings.write(to: file)
        #expect(try MirrorSettings.read(from: file) == settings)
        let attributes = try FileManager.default.attributesOfItem(atPath: file)
        #expect(attributes[.posixPermissions] as? Int == 0o600)
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["settings.json"])
    }

    @Test func `any changed byte and any lost tail are noticed`() throws {
        defer { try? FileManager.default.removeItem(at: folder) }
        try sample().write(to: file)
        let bytes = [UInt8](try Data(contentsOf: URL(fileURLWithPath: file)))
        for index in stride(from: 0, to: bytes.count, by: 7) {
            var damaged = bytes
            damaged[index] ^= 1
            try Data(damaged).write(to: URL(fileURLWithPath: file))
            #expect(performing: { try MirrorSettings.read(from: file) }, throws: { ($0 as? SettingsFileError)?.code == .damaged })
            try Data(bytes[..<index]).write(to: URL(fileURLWithPath: file))
            #expect(performing: { try MirrorSettings.read(from: file) }, throws: { ($0 as? SettingsFileError)?.code == .damaged })
        }
    }

    @Test func `a missing file and a folder that cannot be written have errors of their own`() throws {
        defer { try? FileManager.default.removeItem(at: folder) }
        #expect(performing: { try MirrorSettings.read(from: file) }, throws: { ($0 as? SettingsFileError)?.code == .missing })
        #expect(performing: { try MirrorSettings.read(from: folder.path) }, throws: { ($0 as? SettingsFileError)?.code == .unreadable })
        let nowhere = folder.appendingPathComponent("none/settings.json").path
        #expect(performing: { try sample().write(to: nowhere) }, throws: { ($0 as? SettingsFileError)?.code == .unwritable })
    }

    @Test func `a trial of a later version is left out, the routes are served`() throws {
        defer { try? FileManager.default.removeItem(at: folder) }
        var settings = try sample()
        settings.trials[0].settings.production.api = .anthropic
        try settings.write(to: file)
        let read = try MirrorSettings.read(from: file)
        #expect(read.routes == settings.routes)
        #expect(read.trials == [settings.trials[1]])
        #expect(read.unreadTrials.count == 1 && read.unreadTrials[0].contains("not yet"))
    }
}
