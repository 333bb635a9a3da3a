import Configuration

/// Compares free text by its meaning; the modes of the group `text`.
enum TextComparison {
    static let notYet = ComparisonError(kind: .text)
}
