internal import Processes
internal import Report

/// A review at a terminal: one pair a screen, one key an answer.
struct ReviewScreen {
    let desk: ReviewDesk
    let terminal: RawTerminal
    let colours: Bool

    /// What lies on the screen below the head.
    private enum View { case sheet, input, labels, whole }

    private var style: TerminalStyle { TerminalStyle(colours: colours, positions: true) }

    /// Runs until somebody quits or nothing waits; says why it ended. `once`: the pair that lies open already, and no other.
    func run(once: Bool = false) throws -> String {
        var message = ""
        while true {
            if desk.current == nil { try desk.advance() }
            guard let sheet = desk.current else { return message + "Nothing waits to be judged." }
            draw(sheet, .sheet, message)
            message = ""
            // A key typed before this pair was on the screen was not meant for it.
            terminal.discardTyped()
            switch try order(sheet) {
            case .answer(let answer):
                try desk.judge(answer)
                message = "Stored: \(answer.words). u takes it back. "
                if once { return message }
            case .skip:
                desk.skip()
                message = "Skipped. "
                if once { return message }
            case .undo: message = try desk.undo() ? "Taken back: this one again. " : "There is nothing to take back. "
            default: return ""
            }
        }
    }

    /// Waits for an order that leaves the pair; looks at it are served here.
    private func order(_ sheet: ReviewSheet) throws -> ReviewOrder {
        var view = View.sheet
        while true {
            let key = terminal.key()
            try desk.keep()
            switch key {
            case .interrupt, .end: return .quit
            case .redraw: draw(sheet, view, "")
            case .other: draw(sheet, view, "That key means nothing here. ")
            case .character(let character):
                switch ReviewOrder(String(character)) {
                case .showInput: view = view == .input ? .sheet : .input
                case .showLabels: view = view == .labels ? .sheet : .labels
                case .showMore: view = view == .whole ? .sheet : .whole
                case .unknown:
                    draw(sheet, view, "\"\(character)\" means nothing here. ")
                    continue
                case let order: return order
                }
                draw(sheet, view, "")
            }
        }
    }

    private func draw(_ sheet: ReviewSheet, _ view: View, _ message: String) {
        let size = RawTerminal.size
        let width = max(40, size.columns)
        var lines: [String]
        switch view {
        case .sheet:
            // Below it stand a rule, the keys and a message.
            lines = ReviewText.sheet(sheet, desk, width: width, style: style, rows: size.rows - ReviewText.keys.count - 2)
        case .input: lines = sheet.account.asked(width: width, style: style, limit: 20_000) + ["", "i goes back to the answers"]
        case .labels:
            lines = TerminalLayout.wrapped(sheet.account.declaredLabels.map(TerminalLayout.name).joined(separator: ", "), width: width)
            lines += ["", "l goes back to the answers"]
        case .whole:
            lines = [PairAccount.titles("LEFT", "RIGHT", width: width, style)]
            lines += ReviewText.columns(sheet, width: width, style: style, limit: 200_000, most: .max) + ["", "m goes back"]
        }
        lines.append(style.dim(String(repeating: "─", count: width)))
        lines += ReviewText.keys
        if !message.isEmpty { lines.append(style.bold(message)) }
        // The screen is cleared first; the cursor stays behind the last line.
        terminal.write("\u{1B}[H\u{1B}[2J" + lines.joined(separator: "\n") + " ")
    }
}
