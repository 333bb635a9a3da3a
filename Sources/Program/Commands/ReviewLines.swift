internal import JSON
internal import Report
internal import Storage
internal import Traffic

/// What a reviewer, or a program in their place, can ask for.
enum ReviewOrder: Equatable {
    case answer(ReviewAnswer)
    case skip, undo, quit
    case showInput, showLabels, showMore
    case unknown

    /// By a single key, or the word for it.
    init(_ word: String) {
        switch word.lowercased() {
        case "1", "left": self = .answer(.left)
        case "2", "right": self = .answer(.right)
        case "b", "both": self = .answer(.both)
        case "n", "neither": self = .answer(.neither)
        case "s", "skip": self = .skip
        case "u", "undo": self = .undo
        case "q", "quit": self = .quit
        case "i", "input": self = .showInput
        case "l", "labels": self = .showLabels
        case "m", "more": self = .showMore
        default: self = .unknown
        }
    }
}

/// A review that a program drives, or a person through a pipe: a sheet goes out, a line comes in.
struct ReviewLines {
    let desk: ReviewDesk
    let asJSON: Bool
    let width: Int
    /// The next line without its end; nil at the end of the input.
    let read: () -> String?
    let write: (String) -> Void

    /// Runs until the input ends, somebody quits, or nothing waits. `once`: the pair that lies open already, and no other.
    func run(once: Bool = false) throws {
        var needsSheet = true
        while true {
            if desk.current == nil {
                try desk.advance()
                needsSheet = true
            }
            guard let sheet = desk.current else { return finish("nothing_waits", "Nothing waits to be judged.") }
            if needsSheet { show(sheet) }
            needsSheet = false
            guard let line = read() else { return finish("input_ended", "The input has ended.") }
            try desk.keep()
            let order = ReviewOrder(line.split(separator: " ").joined(separator: " "))
            switch order {
            case .answer(let answer):
                try desk.judge(answer)
                tell(["event": "judged", "pair_id": id(sheet), "answer": .string(answer.rawValue)], "Stored: \(answer.words).")
                if once { return finish("done", "Done.") }
            case .skip:
                desk.skip()
                tell(["event": "skipped", "pair_id": id(sheet)], "Skipped.")
                if once { return finish("done", "Done.") }
            case .undo:
                if try desk.undo() {
                    tell(["event": "undone", "pair_id": desk.current.map(id) ?? .null], "Taken back.")
                    needsSheet = true
                } else {
                    tell(["event": "nothing_to_undo"], "There is nothing to take back.")
                }
            case .quit: return finish("quit", "Good-bye.")
            case .showInput: if !asJSON { sheet.account.asked(width: width, style: .plain, limit: 20_000).forEach(write) }
            case .showLabels: if !asJSON { write(sheet.account.declaredLabels.joined(separator: ", ")) }
            case .showMore: if !asJSON { ReviewText.columns(sheet, width: width, style: .plain, limit: .max, most: .max).forEach(write) }
            case .unknown:
                tell(
                    ["event": "not_understood", "expected": "left, right, both, neither, skip, undo or quit"],
                    "Not understood: say 1 (left only), 2 (right only), b (both), n (neither), s (skip), u (undo) or q (quit).")
            }
        }
    }

    private func id(_ sheet: ReviewSheet) -> JSONValue { .string(sheet.account.pair.id.description) }

    private func finish(_ reason: String, _ words: String) {
        let progress = desk.progress
        desk.close()
        tell(
            [
                "event": "end", "reason": .string(reason), "judged_now": JSONValue(desk.judged), "judged": JSONValue(progress.judged),
                "waiting": JSONValue(progress.waiting), "unplanned": JSONValue(progress.unplanned), "audit": JSONValue(progress.audit),
            ], "\(words) \(ReviewText.summary(desk))")
    }

    private func tell(_ event: JSONValue, _ words: String) { write(asJSON ? TerminalLayout.json(event) : words) }

    private func show(_ sheet: ReviewSheet) {
        guard asJSON else {
            ReviewText.sheet(sheet, desk, width: width, style: .plain).forEach(write)
            return
        }
        var request = (try? JSONValue.parse(sheet.account.call.request)) ?? .null
        // Which model was asked says nothing about the question.
        request["model"] = nil
        write(
            TerminalLayout.json([
                "event": "pair", "pair_id": id(sheet), "counts": .bool(sheet.counts),
                "called_at": .string(sheet.account.call.calledAt.description),
                "segment": JSONValue(sheet.account.call.segment), "turn": JSONValue(sheet.account.call.turn), "request": request,
                "labels": .array(sheet.account.declaredLabels.map { .string($0) }), "left": PairAccount.answer(sheet.left),
                "right": PairAccount.answer(sheet.right), "judged": JSONValue(desk.progress.judged),
                "waiting": JSONValue(desk.progress.waiting),
            ]))
    }
}
