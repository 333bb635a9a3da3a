internal import Foundation

/// The analyst's page in this checkout.
enum AnalystPage {
    /// The twelve questions, each with its heading.
    static func questions() throws -> [(name: String, sql: String)] {
        let root = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../..")
        let page = try String(contentsOf: root.appending(path: "migrations/README.md").standardized, encoding: .utf8)
        return page.components(separatedBy: "\n### ").compactMap { section in
            guard section.first?.isNumber == true, let block = section.components(separatedBy: "```sql\n").dropFirst().first,
                let sql = block.components(separatedBy: "```").first, let heading = section.split(separator: "\n").first
            else { return nil }
            return (String(heading), sql)
        }
    }
}
