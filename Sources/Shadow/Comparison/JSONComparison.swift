import Configuration

/// Compares JSON documents: values, fields, types and lengths by path, with ignored and unordered paths, tolerances and
/// formats; the modes of the groups `unreadable`, `json` and `format only`.
enum JSONComparison {
    static let notYet = ComparisonError(kind: .json)
}
