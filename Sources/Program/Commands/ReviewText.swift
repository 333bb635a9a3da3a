internal import Report
internal import Storage
internal import Traffic

extension ReviewAnswer {
    /// As it is told back.
    var words: String {
        switch self {
        case .left: "only left is right"
        case .right: "only right is right"
        case .both: "both are right"
        case .neither: "neither is right"
        }
    }
}

/// What a reviewer reads.
enum ReviewText {
    /// Characters of each answer that are shown before somebody asks for all of it, and of each message of the input.
    static let limit = 4_000
    /// Lines that the labels may take before somebody asks for all of them.
    private static let labelLines = 3

    static let keys = [
        "1 only left is right · 2 only right is right · b both · n neither",
        "s skip · u undo · i whole input · l labels · m whole answers · q quit",
    ]

    /// A whole sheet, in at most `rows` lines where they suffice for anything.
    static func sheet(_ sheet: ReviewSheet, _ desk: ReviewDesk, width: Int, style: TerminalStyle, rows: Int = .max) -> [String] {
        let rule = style.dim(String(repeating: "─", count: width))
        let head = head(sheet, desk, style)
        let declared = sheet.account.declaredLabels
        let labels = declared.isEmpty ? [] : [""] + labels(declared, width: width).map(style.dim)
        // Two rules and the titles of the columns.
        let room = rows == .max ? .max : max(10, rows - head.count - labels.count - 3)
        var asked = sheet.account.asked(width: width, style: style, limit: limit, lastOnly: true)
        let inputRoom = room == .max ? asked.count : max(3, room / 3)
        if asked.count > inputRoom { asked = asked.prefix(inputRoom - 1) + [style.dim("  … i shows the whole input")] }
        let most = room == .max ? .max : room - asked.count
        return head + [rule] + asked + [rule, PairAccount.titles("LEFT", "RIGHT", width: width, style)]
            + columns(sheet, width: width, style: style, limit: limit, most: most) + labels
    }

    static func columns(_ sheet: ReviewSheet, width: Int, style: TerminalStyle, limit: Int, most: Int) -> [String] {
        PairAccount.columns(left: sheet.left, right: sheet.right, width: width, style: style, limit: limit, most: most)
    }

    private static func head(_ sheet: ReviewSheet, _ desk: ReviewDesk, _ style: TerminalStyle) -> [String] {
        let progress = desk.progress
        let call = sheet.account.call
        var facts = ["called " + String(call.calledAt.description.prefix(16)).replacing("T", with: " "), "turn \(call.turn)"]
        if let segment = call.segment { facts.append("segment \(TerminalLayout.name(segment))") }
        if let outlook = desk.outlook { facts.append(outlook) }
        var lines = [
            style.bold("\(desk.workload) · \(progress.judged) of \(progress.judged + progress.waiting) judged · you are \(desk.who)"),
            style.dim(facts.joined(separator: " · ")),
        ]
        if !sheet.counts { lines.append(style.bold("UNPLANNED: what you say is kept and shown, and counts in no gate.")) }
        return lines
    }

    /// The declared labels, as many as fit on some lines.
    private static func labels(_ labels: [String], width: Int) -> [String] {
        let lines = TerminalLayout.wrapped("labels: " + labels.map(TerminalLayout.name).joined(separator: ", "), width: width)
        guard lines.count > labelLines else { return lines }
        return lines.prefix(labelLines - 1) + ["  … l shows all \(labels.count)"]
    }

    /// How it ended, for whoever comes back to the shell.
    static func summary(_ desk: ReviewDesk) -> String {
        let progress = desk.progress
        let wait = progress.waiting == 0 ? "none waits" : "\(progress.waiting) wait"
        let others = progress.unplanned == 0 ? "" : " \(progress.unplanned) others that differ are unjudged."
        let audit = progress.audit == 0 ? "" : " \(progress.audit) that agree by a tolerant rule alone are unjudged."
        return "\(desk.judged) judged now; of those drawn for judging \(progress.judged) are judged, \(wait).\(audit)\(others)"
    }
}
