import Configuration

/// Compares tool calls: which are made, under which names, with which arguments; the modes of the group `tools`.
enum ToolComparison {
    static let notYet = ComparisonError(kind: .tools)
}
