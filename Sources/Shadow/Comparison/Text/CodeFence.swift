/// The line that begins or ends a fenced block of code, as Markdown has it.
struct CodeFence {
    private let sign: Unicode.Scalar
    private let length: Int
    /// Nothing follows it on its line, so that it may be a closing one.
    private let isBare: Bool

    /// nil when a line is no fence: three backticks or tildes at least, and no backtick behind them.
    init?(_ line: ArraySlice<Unicode.Scalar>) {
        let rest = line.drop { $0.isBlank }
        guard let sign = rest.first, sign == "`" || sign == "~" else { return nil }
        let behind = rest.drop { $0 == sign }
        length = rest.count - behind.count
        guard length >= 3, !behind.contains("`") else { return nil }
        self.sign = sign
        isBare = behind.allSatisfy { $0.isBlank }
    }

    /// Whether it ends the block that another fence began.
    func closes(_ opening: CodeFence) -> Bool { isBare && sign == opening.sign && length >= opening.length }
}
