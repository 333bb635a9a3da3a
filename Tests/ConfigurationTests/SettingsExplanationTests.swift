import JSON
import Testing

@testable import Configuration

/// What `enable --explain` prints: complete, true, and a file itself.
@Suite struct `Every setting explained` {
    @Test func `no key lacks a meaning, and every group has its keys`() {
        var paths: Set<String> = [""]
        for group in SettingKeys.groups {
            #expect(Set(group.keys.map(\.name)).count == group.keys.count)
            for key in group.keys {
                let field = group.path.isEmpty ? key.name : "\(group.path).\(key.name)"
                #expect(key.meaning.count >= 8 && !key.meaning.contains("\n"), "\(field) lacks a meaning")
                if case .standard = key.standing { #expect(SettingsExplanation.standard(field) != nil, "\(field) has no default") }
                if case .group = key.standing { #expect(SettingKeys.byPath[field] != nil, "\(field) has no keys") }
                if SettingKeys.byPath[field] != nil { paths.insert(field) }
                #expect(SettingsExplanation.yaml.contains("\(key.name):"), "\(field) is not printed")
            }
        }
        #expect(paths == Set(SettingKeys.groups.map(\.path)))
    }

    @Test func `what is printed is a file, and says what the shortest file means`() throws {
        let printed = try parse(SettingsExplanation.yaml)
        let short = try parse(
            """
            workload: support-intents
            compare: { as: label, labels: [card_arrival, lost_card] }
            production: { url: https://api.openai.com }
            candidate: { url: http://vllm.internal:8000/v1, model: phi-4 }
            """)
        #expect(printed == short)
    }

    /// A key that is commented out, with the keys below it.
    struct Block: CustomTestStringConvertible, Sendable {
        var first: Int
        var last: Int
        var name: String
        var testDescription: String { name }
    }

    static let lines = SettingsExplanation.yaml.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)

    private static func depth(_ line: String) -> Int { line.prefix { $0 == " " }.count }

    private static func isKeyOff(_ line: String) -> Bool {
        line.drop { $0 == " " }.hasPrefix("# ") && line.contains(":") && line.count > 46
    }

    static let blocks: [Block] = {
        var blocks: [Block] = []
        var index = 3  // after the heading
        while index < lines.count {
            defer { index += 1 }
            guard isKeyOff(lines[index]) else { continue }
            let first = index
            while index + 1 < lines.count, isKeyOff(lines[index + 1]), depth(lines[index + 1]) > depth(lines[first]) { index += 1 }
            let name = lines[first].drop { $0 == " " || $0 == "#" }.prefix { $0 != ":" }
            blocks.append(Block(first: first, last: index, name: "\(name) in line \(first + 1)"))
        }
        return blocks
    }()

    @Test func `something is commented out`() { #expect(Self.blocks.count > 12) }

    @Test(arguments: blocks, ["env", "file"])
    func `what is commented out can be put in force`(_ block: Block, _ alternative: String) throws {
        let other = alternative == "env" ? ["file", "field"] : ["env", "header"]
        var lines = Self.lines
        for index in block.first...block.last {
            let bare = lines[index].replacing("# ", with: "", maxReplacements: 1)
            let name = String(bare.drop { $0 == " " }.prefix { $0 != ":" })
            // A key's place, and what names a conversation, is said in one of two ways.
            let isOther = other.contains(name) && (block.name.hasPrefix("conversation") || name == "file" || name == "env")
            lines[index] = isOther ? "" : bare
        }
        let means = Self.lines[block.first].split(separator: "#").last.map(String.init) ?? ""
        let kinds = ["json": "json", "json, tools": "tools", "tools": "tools"]
        if let kind = kinds[String(means.drop { $0 == " " }.prefix { $0 != ":" })] {
            lines = lines.filter { !$0.hasPrefix("  labels:") }.map { $0.replacing("as: label", with: "as: \(kind)") }
        }
        if block.name.hasPrefix("confidence") { lines = lines.filter { !$0.hasPrefix("  confidence: logprobs") } }
        let printed = try parse(SettingsExplanation.yaml)
        let changed = try parse(lines.joined(separator: "\n"))
        #expect(changed != printed || kinds.values.contains(changed.compare.kind.rawValue))
    }
}
