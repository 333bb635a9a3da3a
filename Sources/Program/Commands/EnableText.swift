internal import Configuration
internal import Statistics
internal import Storage
internal import Traffic

/// What `enable` prints: what has been started, what the app changes, what goes where, and how long a verdict should take.
struct EnableText: CustomStringConvertible {
    let settings: WorkloadSettings
    let outcome: Registry.EnableOutcome
    let callsPerDay: Double?

    var description: String { ([started, "", client, "", content, ""] + schemaNote + [outlook]).joined(separator: "\n") }

    private var started: String {
        let name = "\(settings.candidate.name) for \(settings.workload)"
        switch outcome.change {
        case .unchanged: return "Nothing changed: the trial of \(name) runs with these settings already (\(outcome.trial.id))."
        case .updated(let sections):
            return "The trial of \(name) goes on with other \(sections.joined(separator: ", ")) (\(outcome.trial.id))."
        case .started: return "Started the trial of \(name) (\(outcome.trial.id))."
        case .replaced(let previous):
            return "Started a new trial of \(name) (\(outcome.trial.id)); \(previous) has ended, since evidence never mixes."
        }
    }

    private var isTap: Bool { outcome.trial.source == .tap }

    private var client: String {
        if isTap { return tap }
        return """
            The app changes one thing, its base URL (with your mirror's address, by default 127.0.0.1:8080):
              http://127.0.0.1:8080/\(settings.workload)/v1
              Python   client = OpenAI(base_url="http://127.0.0.1:8080/\(settings.workload)/v1")
              Node     const client = new OpenAI({ baseURL: "http://127.0.0.1:8080/\(settings.workload)/v1" })
              curl     curl http://127.0.0.1:8080/\(settings.workload)/v1/chat/completions -H "Authorization: Bearer $OPENAI_API_KEY" …
            """
    }

    private var tap: String {
        """
        The gateway hands in each call when it has ended (with your mirror's address, by default 127.0.0.1:8080; the token is in tap-token
        in its data folder):
          curl http://127.0.0.1:8080/\(settings.workload)/pairs -H "Authorization: Bearer $(cat understudy-data/tap-token)" \\
            -d '{"id":"1","called_at":"…Z","request":{"messages":[…]},"response":{"choices":[…]},"duration_ms":812}'
        """
    }

    private var content: String {
        let kept = settings.privacy.retainDays.map { "\($0) days" } ?? "for ever"
        let segments = settings.sample.segments.map { segments in
            segments.rates.isEmpty ? "" : ", other rates for \(segments.rates.keys.sorted().joined(separator: ", "))"
        }
        let sampled = "\(share(settings.sample.rate)) of calls  \(isTap ? "" : "also ")to \(settings.candidate.url.authority)"
        if isTap {
            return """
                What goes where:
                  \(sampled): the whole request\(segments ?? "")
                \(judge)  kept            requests and answers of sampled calls in the database, \(kept)
                """
        }
        return """
            What goes where:
              every call      to \(settings.production.url.authority), as it came, with the app's own key
              \(sampled): the whole request without the app's key\(segments ?? "")
              \(share(settings.control)) of those    a second time to \(settings.production.url.authority), to see how often production disagrees with itself
            \(judge)  kept            requests and answers of sampled calls in the database, \(kept); no key, no header but the named ones
            """
    }

    /// Where a judge's content goes, and whether it can make a difference; empty without one.
    private var judge: String {
        guard let judge = settings.judge else { return "" }
        let limit = judge.limits.dollarsPerDay.map { ", at most \($0 == $0.rounded() ? "\(Int($0))" : "\($0)") USD a day" } ?? ""
        let line =
            "  if they differ  also to \(judge.url.authority) (\(judge.model)): request and both answers, without keys and models' names\(limit)\n"
        switch (settings.adjudicate.by, settings.adjudicate.disagreements) {
        case (.none, _):
            return line + "                  (a reading only: it proves nothing without adjudicate: { by: labels } or people)\n"
        case (_, 1):
            return line
                + "                  (it spares no label while every disagreement is labelled; adjudicate: { disagreements: 30% } would let it)\n"
        default: return line
        }
    }

    private var schemaNote: [String] {
        let keywords = settings.compare.uncheckedSchemaKeywords
        if keywords.isEmpty { return [] }
        return [
            "Of compare.schema, \(keywords.joined(separator: ", ")) cannot be checked: answers count as neither right nor wrong by it.", "",
        ]
    }

    private var outlook: String {
        let margins = settings.trial.margins
        let alpha = settings.trial.alpha / 2 / Double(settings.trial.candidates)
        guard
            let pairs = plannedPairs(
                disagreement: 0.08, margin: margins.quality, difference: 0, alpha: alpha,
                adjudicated: max(settings.adjudicate.disagreements, 0.01))
        else { return "How long it takes cannot be foreseen with these settings." }
        let days = settings.trial.days
        let needed =
            "An equally good candidate that differs on 8 % of the calls needs about \(pairs) pairs, and at least \(days) days, for a verdict."
        guard let callsPerDay, callsPerDay > 0 else {
            let calls = Int((Double(pairs) / settings.sample.rate / Double(days)).rounded(.up))
            return needed + " With \(calls) calls a day or more, the days decide."
        }
        let perDay = callsPerDay * settings.sample.rate
        return needed
            + " At the \(Int(callsPerDay)) calls a day seen lately: about \(max(days, Int((Double(pairs) / perDay).rounded(.up)))) days."
    }

    private func share(_ rate: Double) -> String {
        let percent = (rate * 1000).rounded() / 10
        return percent == percent.rounded() ? "\(Int(percent)) %" : "\(percent) %"
    }
}
