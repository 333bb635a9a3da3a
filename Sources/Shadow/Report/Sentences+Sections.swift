internal import Statistics
internal import Traffic
internal import Verdict

/// The sentence that each section of the page begins with.
extension Sentences {
    /// `4 of 6 needed gates pass; quality is open.`
    var gatesLead: String {
        let needed = look.gates.filter(\.blocking)
        let passed = needed.count { $0.status == .pass }
        func names(_ status: GateStatus) -> String? {
            let names = needed.filter { $0.status == status }.map(\.name.label)
            guard !names.isEmpty else { return nil }
            let verb = status == .fail ? (names.count == 1 ? "fails" : "fail") : (names.count == 1 ? "is open" : "are open")
            return "\(Sentences.listed(names)) \(verb)"
        }
        let rest = [names(.fail), names(.open)].compactMap { $0 }
        guard !rest.isEmpty else { return "All \(needed.count) needed gates pass." }
        return "\(passed) of \(needed.count) needed gates \(passed == 1 ? "passes" : "pass"); \(rest.joined(separator: "; "))."
    }

    /// How often answers differ, never without how often production differs from itself.
    var failuresLead: String {
        let counts = model.agreement
        guard counts.comparable > 0 else { return "Nothing is compared yet." }
        let share = Numbers.percent(Double(counts.different) / Double(counts.comparable))
        let differ =
            "Of \(Sentences.counted(counts.comparable, "pair")) that could be compared \(Numbers.count(counts.different)) "
            + "\(counts.different == 1 ? "differs" : "differ") (\(share))"
        return "\(differ); \(selfDisagreement). \(judgedWords)"
    }

    /// The A/A floor in words.
    private var selfDisagreement: String {
        guard let own = look.noise.selfDisagreement, look.noise.controlPairs > 0 else {
            return "production was never asked twice, so how much of that is noise is unknown"
        }
        return "asked twice, production differs from itself in \(Numbers.percent(own.estimate)) "
            + "(\(Numbers.percent(own.lower)) to \(Numbers.percent(own.upper)), n = \(Numbers.count(look.noise.controlPairs)))"
    }

    private var judgedWords: String {
        let counts = look.quality.counts
        guard counts.known > 0 else { return "Nobody has judged which answers are right." }
        return "Of \(Sentences.counted(counts.known, "judged pair")) only \(production) was right in "
            + "\(Numbers.count(counts.productionOnly)), only \(candidate) in \(Numbers.count(counts.candidateOnly)), neither in "
            + "\(Numbers.count(counts.neither))."
    }

    /// How much more the answers differ once a conversation goes on; for the table of turns, so with two of them at least.
    var turns: String {
        func rate(_ rows: ArraySlice<ReportModel.TurnRow>) -> (share: String, pairs: Int) {
            let (pairs, different) = rows.reduce((0, 0)) { ($0.0 + $1.pairs, $0.1 + $1.different) }
            return (Numbers.percent(Double(different) / Double(max(1, pairs))), pairs)
        }
        let (first, later) = (rate(model.turns.prefix(1)), rate(model.turns.dropFirst()))
        let opening = model.turns.first?.turn ?? 1
        return "On turn \(opening) \(first.share) of \(Sentences.counted(first.pairs, "pair")) differ, on later turns \(later.share) of "
            + "\(Numbers.count(later.pairs)). There \(candidate) answers to what \(production) said before: a conversation of its own might "
            + "go another way."
    }

    /// Who answers faster.
    var latencyLead: String {
        func p95(_ leg: LegLatencyReading) -> Double? { leg.duration.first { $0.percentile == 95 }?.estimate }
        let latency = look.latency
        if !model.trial.timedTogether {
            let own = p95(latency.candidate).map {
                " Of \(Numbers.count(latency.candidate.samples)) answers of \(candidate) 95 % came within \(Numbers.duration($0))."
            }
            return "\(timedApart.prefix(1).uppercased())\(timedApart.dropFirst()).\(own ?? "")"
        }
        guard latency.production.samples > 0, latency.candidate.samples > 0 else { return "No day with answers has ended yet." }
        guard let theirs = p95(latency.production), let ours = p95(latency.candidate) else {
            return "More than 5 % of the answers of a model did not come in time, so its p95 is beyond the timeout."
        }
        let change =
            ours == theirs
            ? "as fast as" : ours < theirs ? "faster than" : "slower than"
        return "\(candidate) is \(change) \(production): 95 % of its answers come within \(Numbers.duration(ours)), "
            + "\(production)'s within \(Numbers.duration(theirs))\(loadWords) (n = \(Numbers.count(model.observations(of: .latency))))."
    }

    private var loadWords: String {
        model.trial.samplingRate.map { ", measured at \(Numbers.percent($0)) of the load" } ?? ", as recorded"
    }

    /// Whether serving the candidate only where it is confident is certified.
    var tierLead: String {
        let tier = look.tier
        let loss = Numbers.percent(tier.certifiedAtMost)
        guard model.trial.confidenceGiven || look.quality.pairs <= tierGridPairs else {
            return "\(candidate)'s answers carry no confidence, so no threshold can be tested; set candidate.confidence to have it."
        }
        switch tier.state {
        case .certified: return certifiedWords(loss)
        case .refuted:
            return "Refuted: at every threshold that keeps at least 30 % of calls \(candidate) loses more than \(loss)."
        case .open where tier.curve.isEmpty && look.quality.pairs > tierGridPairs:
            return "\(candidate)'s answers carry no confidence, so no threshold can be tested; see candidate.confidence."
        case .open where tier.curve.isEmpty:
            return "Open: thresholds are fixed once \(tierGridPairs) pairs are compared, where answers carry a confidence."
        case .open where tier.threshold != nil:
            return "\(certifiedWords(loss)) That is too small a share of calls to be worth it yet."
        case .open: return "Open: no threshold is certified yet to lose at most \(loss)."
        }
    }

    private func certifiedWords(_ loss: String) -> String {
        let from = look.tier.threshold.map { "From confidence \(Numbers.plain($0)) on" } ?? "Where it is confident"
        let share = look.tier.coverage.map { " for \(Numbers.percent($0.estimate)) of calls" } ?? ""
        let saving =
            look.tier.saving.map {
                ", \($0.estimate < 0 ? "costing" : "saving") \(Numbers.percent(abs($0.estimate)))\($0.estimate < 0 ? " more" : "")"
            } ?? ""
        return "\(from) \(candidate) may answer alone\(share): certified to lose at most \(loss)\(saving)."
    }

    /// The funnel in one sentence.
    var coverageLead: String {
        let coverage = model.coverage
        if coverage.calls == 0 {
            return coverage.paired == 0
                ? "No call has passed yet."
                : "\(Sentences.counted(coverage.paired, "recorded pair")), of which \(Numbers.count(coverage.compared)) "
                    + "\(coverage.compared == 1 ? "is" : "are") compared."
        }
        let shed = coverage.shed.reduce(0) { $0 + $1.calls }
        let lost = shed == 0 ? "none was shed" : "\(Numbers.count(shed)) \(shed == 1 ? "was" : "were") shed"
        return "Of \(Sentences.counted(coverage.calls, "call")) \(Numbers.count(coverage.sampled)) were drawn, "
            + "\(Numbers.count(coverage.paired)) are paired and \(Numbers.count(coverage.compared)) compared; \(lost)."
    }

    /// Why fewer pairs stand behind the gates than are counted in the tables; nil where all do.
    var evidenceOfPairs: String? {
        let (all, evidence) = (model.agreement.comparable, look.quality.pairs)
        guard evidence < all else { return nil }
        return
            "Of the \(Sentences.counted(all, "comparable pair")) \(Numbers.count(evidence)) \(evidence == 1 ? "is" : "are") the evidence behind "
            + "the gates: one a conversation and day, once all before \(evidence == 1 ? "it" : "them") are compared. Tables, latency and cost "
            + "count all."
    }

    /// How the figures came about.
    var method: [String] {
        let confidence = Numbers.percent(1 - terms.candidateAlpha)
        var lines = [
            "Limits of reliability, quality and noise are confidence sequences: each holds at \(confidence), however often the report is "
                + "read. Those of latency and cost are corrected for a look a day up to day \(terms.maxDays).",
            "Shares and accuracies in tables carry 95 % intervals for one look; they are for reading and decide nothing.",
            "Gates count one pair a conversation and day; tables, latency and cost count all. An agreement needs no judgement, because the same "
                + "answer is right or wrong twice.",
            "Where segments are sampled at different rates each pair weighs as much as the calls it stands for; latencies leave out as many of "
                + "the pairs sampled more often.",
            "Before a whole week is seen a gate that fails settles nothing unless it would fail even if the candidate cost nothing on the days "
                + "still to come.",
            guarantee,
        ]
        if terms.candidates > 1 {
            lines.append("\(terms.candidates) candidates share the error of \(Numbers.percent(terms.alpha)); each is held to its part.")
        }
        if terms.judgeTrust > 0 {
            lines.append(
                "A model judge's prediction counts for a differing pair at \(Numbers.percent(terms.judgeTrust)) of its size, corrected by every "
                    + "pair that was judged: however bad the judge is, the chances of error above hold.")
        }
        return lines
    }

    // MARK: Warnings

    var warnings: [String] { model.warnings.map(words) }

    /// Those that stand above all sections, because they say that the trial may not be of one piece.
    var banners: [String] { model.warnings.filter(\.isBanner).map(words) }

    /// Where a form without room for queries sends its reader.
    var whereQueriesAre: String {
        "The query behind every figure: understudy report \(shellWord(model.trial.workload)) --format json, under sql."
    }

    private func words(_ warning: ReportModel.Warning) -> String {
        switch warning {
        case .productionModels(let names):
            return "Production answered with more than one model: \(Sentences.listed(names.map(ForeignText.name)))."
        case .promptChanged(let share):
            return
                "No prompt (system text, tools) is common to the calls: the most frequent stands before only \(Numbers.percent(share)) of "
                + "them. Several uses may be mixed here, or the prompt has changed."
        case .noPairs(let calls): return "\(Sentences.counted(calls, "call")) passed and no pair was made."
        case .untranslated(let parameters, let pairs):
            return "\(candidate)'s API could not take \(Sentences.listed(parameters.map(ForeignText.name))); that touched "
                + "\(Sentences.counted(pairs, "pair"))."
        case .schemaUnsupported(let keywords, let pairs):
            return "Of the answers' JSON Schema \(Sentences.listed(keywords.map(ForeignText.name))) could not be checked, in "
                + "\(Sentences.counted(pairs, "pair"))."
        case .comparingAgain(let pairs):
            return "The rules of comparison have changed: \(Sentences.counted(pairs, "pair")) \(pairs == 1 ? "is" : "are") still to be "
                + "compared again."
        case .estimatedRates:
            return
                "Some recorded pairs do not say how they were sampled or when production was asked twice; their rates are estimated from the file."
        case .other(let text): return ForeignText.line(text)
        }
    }

    // MARK: What changed

    /// What is different from about a week before, one sentence a figure; nil in the first week.
    var changes: [Change]? {
        guard let earlier = model.earlier else { return nil }
        var changes: [Change] = []
        let before = earlier.look.decision.recommendation
        if before != decision.recommendation {
            changes.append(
                Change(what: "verdict", sentence: "The verdict was \(Sentences.label(before)) and is \(label)."))
        }
        changes += [
            change("difference", "The difference in accuracy", earlier.look.gate(.quality).estimate, look.gate(.quality).estimate) {
                "\($0 < 0 ? "−" : "")\(Numbers.points($0)) points"
            },
            change(
                "different_share", "The share of pairs that differ", differing(earlier.agreement), differing(model.agreement),
                Numbers.percent),
            change("candidate_p95", "\(candidate)'s p95", p95(earlier.look), p95(look), Numbers.duration),
            change(
                "saving_per_month", "The saving a month", earlier.look.cost.savingPerMonth, look.cost.savingPerMonth, Numbers.money),
            change(
                "judged", "The number of judged pairs", Double(earlier.look.quality.counts.known), Double(look.quality.counts.known)
            ) { Numbers.count(Numbers.whole($0)) },
        ].compactMap { $0 }
        changes += modeChanges(earlier)
        return changes
    }

    /// One figure, then and now.
    struct Change: Hashable {
        let what: String
        var before: Double?
        var after: Double?
        let sentence: String
    }

    private func change(_ what: String, _ subject: String, _ before: Double?, _ after: Double?, _ text: (Double) -> String) -> Change? {
        guard let before, let after, before != after, text(before) != text(after) else { return nil }
        let verb = after > before ? "rose" : "fell"
        return Change(
            what: what, before: before, after: after, sentence: "\(subject) \(verb) from \(text(before)) to \(text(after)).")
    }

    /// Modes that are new, or whose share moved by more than a fifth of itself and half a point.
    private func modeChanges(_ earlier: ReportModel.EarlierFigures) -> [Change] {
        let (then, now) = (Double(earlier.agreement.comparable), Double(model.agreement.comparable))
        guard then > 0, now > 0 else { return [] }
        return model.failureModes.compactMap { row in
            let before = Double(earlier.failureModes[row.mode] ?? 0) / then
            let after = Double(row.count) / now
            guard abs(after - before) > max(0.005, 0.2 * before) else { return nil }
            return change(row.mode.rawValue, "The share of “\(row.mode.phrase)”", before, after, Numbers.percent)
        }
    }

    private func differing(_ counts: ReportModel.AgreementCounts) -> Double? {
        counts.comparable == 0 ? nil : Double(counts.different) / Double(counts.comparable)
    }

    private func p95(_ look: Look) -> Double? { look.latency.candidate.duration.first { $0.percentile == 95 }?.estimate }
}
