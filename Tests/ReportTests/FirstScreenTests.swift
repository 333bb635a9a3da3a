import Foundation
import JSON
import Statistics
import Testing
import Traffic

@testable import Report
@testable import Verdict

/// The five lines of the first screen, word for word, and what they turn into.
@Suite struct FirstScreenTests {
    /// The example of the product's description.
    static func example() -> ReportModel {
        func leg(_ p50: Double, _ p95: Double, _ p99: Double) -> LegLatencyReading {
            LegLatencyReading(
                samples: 18_000, timeoutShare: 0,
                duration: zip([50, 95, 99], [p50, p95, p99]).map {
                    LatencyQuantile(percentile: $0, estimate: $1, lower: $1 * 0.97, upper: $1 * 1.03)
                }, firstToken: [])
        }
        let passing: [Gate] = [
            Gate(name: .evidence, status: .pass, estimate: 7, threshold: 7, unit: .days),
            Gate(
                name: .reliability, status: .pass, estimate: 0.001, lower: -0.001, upper: 0.004, threshold: 0.005, unit: .rateDifference),
            Gate(name: .quality, status: .open, estimate: -0.006, lower: -0.019, upper: 0.007, threshold: -0.02, unit: .rateDifference),
            Gate(
                name: .noise, status: .pass, blocking: false, estimate: 0.029, lower: 0.012, upper: 0.048, threshold: 0.05,
                unit: .rateDifference),
            Gate(name: .failureConcentration, status: .pass, estimate: 0, threshold: 0, unit: .segments),
            Gate(
                name: .latency, status: .pass, estimate: 0.42, lower: 0.38, upper: 0.47, threshold: 1, unit: .ratio,
                note: .latency(metric: .duration, percentile: 95)),
            Gate(name: .cost, status: .pass, estimate: 0.71, lower: 0.69, upper: 0.73, threshold: 0.2, unit: .costShare),
        ]
        let look = Look(
            day: 7, decision: Decision(.keepShadowing, because: .gate(.quality)), basis: .labels, inconclusive: false, gates: passing,
            shortfalls: [],
            quality: QualityReading(
                pairs: 20_140, disagreements: 2500, adjudicated: 2140, pending: 360, unaudited: 0,
                counts: CorrectnessCounts(both: 1000, productionOnly: 400, candidateOnly: 280, neither: 460, unknown: 18_000),
                productionAccuracy: nil, candidateAccuracy: nil, singleLookDifference: nil, mcnemar: nil,
                worsePerTenThousand: WorsePerTenThousand(estimate: 60, lower: -70, upper: 190, allowed: 200)),
            noise: NoiseReading(controlPairs: 0, disagreement: nil, selfDisagreement: nil, excess: nil),
            latency: LatencyReading(production: leg(900, 1900, 3000), candidate: leg(400, 800, 1300), ratios: []),
            cost: CostReading(
                production: ModelCost(perCase: 0.02, perMonth: 25_915, perMillionTokens: 9),
                candidate: ModelCost(perCase: 0.0058, perMonth: 7515, perMillionTokens: 2),
                saving: Estimate(0.71, lower: 0.69, upper: 0.73), savingPerMonth: 18_400, breakEvenTokensPerDay: nil), segments: [],
            tier: TierReading(
                state: .open, threshold: nil, certifiedAtMost: 0.01, coverage: nil, escalation: nil, saving: nil, latency: [],
                blocking: [], forecastDays: nil, curve: []),
            forecast: GateForecast(
                gate: .quality, towards: .pass, pairs: 5600, fewestPairs: 3000, mostPairs: 9000, days: 2.8, fewestDays: 1.5, mostDays: 4.5,
                adjudications: 601), daysLeft: 2.8, speedUps: [.adjudicatePending(360)], daily: [], latches: Latches())
        return ReportModel(
            trial: ReportModel.Trial(
                id: Identifier(high: 1, low: 2), workload: "support-intents", candidate: "phi-4", production: "gpt-5",
                startsAt: Timestamp("2026-11-17T08:00:00Z")!, asOf: Timestamp("2026-11-23T08:00:00Z")!,
                terms: TrialTerms(adjudicateBy: .people), samplingRate: 0.1),
            look: look, agreement: ReportModel.AgreementCounts(identical: 17_640, different: 2500),
            failureModes: [
                ReportModel.FailureModeRow(
                    mode: .labelMismatch, count: 2500, correctness: CorrectnessCounts(productionOnly: 400, unknown: 2100))
            ],
            confusion: [
                ReportModel.ConfusionRow(
                    productionLabel: "refund_not_showing_up", candidateLabel: "cancel_transfer", pairs: 41, productionOnly: 38)
            ],
            spend: ReportModel.Spend(
                production: ReportModel.LegSpend(price: .tokens(input: 5, output: 25, cachedInput: nil)),
                candidate: ReportModel.LegSpend(price: .tokens(input: 0.1, output: 0.5, cachedInput: nil))))
    }

    @Test func readsAsTheProductPromises() {
        #expect(
            Self.example().rendered(as: .text, width: 140).split(separator: "\n").prefix(5) == [
                "support-intents · phi-4 instead of gpt-5 · Mon 23 Nov, day 7 · judged by labels (2,140)",
                "NOT YET: about 600 more labelled disagreements should decide by Thursday."
                    + "                                → understudy review support-intents",
                "Switching would save $18,400 a month (−71 %). Of 10,000 answers about 60 would be worse (range: 190 worse to 70 better; "
                    + "allowed 200).",
                "p95 1.9 s → 0.8 s at 10 % of load · quality open · reliability ✓ · latency ✓ · cost ✓ · concentration ✓",
                "Fails most: refund_not_showing_up read as cancel_transfer, 41 times (production right in 38).",
            ])
        #expect(Self.example().firstScreen.count == 5)
    }

    private func changed(_ change: (inout ReportModel) -> Void) -> Sentences {
        var model = Self.example()
        change(&model)
        return Sentences(model)
    }

    @Test func whatWasTimedElsewhereIsNotComparedAndSaysSo() {
        func sentences(_ source: Source) -> Sentences {
            changed {
                $0.trial.source = source
                $0.trial.timedTogether = false
                $0.look.decision = Decision(.keepShadowing, because: .gate(.latency))
                $0.look.latency.ratios = []
            }
        }
        #expect(sentences(.replay).title.hasPrefix("REPLAYED · support-intents"))
        #expect(
            sentences(.replay).headline
                == "NOT YET: gpt-5 was timed when its answers were recorded and phi-4 now, so the two cannot be compared.")
        #expect(sentences(.tap).title.hasPrefix("TAPPED · "))
        #expect(sentences(.tap).headline == "NOT YET: gpt-5 was timed by the gateway and phi-4 here, so the two cannot be compared.")
        #expect(sentences(.tap).nextAction == "understudy enable -f FILE to confirm it on live traffic")
        #expect(sentences(.replay).gateLine.hasPrefix("p95 800 ms, not compared · "))
        #expect(
            sentences(.replay).latencyLead.hasSuffix("so the two cannot be compared. Of 18,000 answers of phi-4 95 % came within 800 ms."))
    }

    @Test func theFirstMissingPieceOfEvidenceIsNamed() {
        func headline(_ shortfall: EvidenceShortfall, source: Source = .mirror) -> String {
            changed {
                $0.look.decision = Decision(.keepShadowing, because: .gate(.evidence))
                $0.look.shortfalls = [shortfall]
                $0.look.forecast = GateForecast(gate: .evidence, towards: .pass, pairs: 0, days: 6)
                $0.trial.source = source
            }.headline
        }
        #expect(headline(.days(have: 1, need: 7)) == "NOT YET: day 1 of the 7 that a verdict needs, so not before Sunday.")
        #expect(
            headline(.days(have: 1, need: 7), source: .imported) == "NOT YET: the recorded pairs cover 1 day of the 7 that a verdict needs."
        )
        #expect(
            headline(.pairs(have: 412, need: 1000))
                == "NOT YET: 412 of the 1,000 pairs needed are compared; at this rate the rest by Sunday.")
        #expect(headline(.adjudicated(have: 12, need: 50)) == "NOT YET: 12 of the 50 judged disagreements needed are there.")
        #expect(headline(.imputed(share: 0.07, most: 0.05)) == "NOT YET: 7 % of the evidence waits for its judgement (allowed 5 %).")
        #expect(
            headline(.shed(share: 0.0504, most: 0.05))
                == "NOT YET: 5.04 % of the sampled calls were shed (allowed 5 %), so what was kept may be biased.")
    }

    @Test func stayNamesTheGateAndHowFarItFails() {
        func headline(_ gate: Gate, _ change: (inout ReportModel) -> Void = { _ in }) -> String {
            changed { model in
                model.look.decision = Decision(.stay, because: .gate(gate.name))
                model.look.gates = model.look.gates.map { $0.name == gate.name ? gate : $0 }
                change(&model)
            }.headline
        }
        #expect(
            headline(
                Gate(name: .quality, status: .fail, estimate: -0.05, lower: -0.07, upper: -0.031, threshold: -0.02, unit: .rateDifference))
                == "DON'T SWITCH: phi-4 loses at least 310 of 10,000 answers against gpt-5 (allowed 200).")
        #expect(
            headline(
                Gate(name: .reliability, status: .fail, estimate: 0.02, lower: 0.012, upper: 0.03, threshold: 0.005, unit: .rateDifference))
                == "DON'T SWITCH: phi-4 fails at least 1.2 points more often than gpt-5 (allowed 0.5).")
        #expect(
            headline(Gate(name: .cost, status: .fail, estimate: 0.1, lower: 0.05, upper: 0.12, threshold: 0.2, unit: .costShare))
                == "DON'T SWITCH: phi-4 saves at most 12 % of the cost (required 20 %).")
        #expect(
            headline(Gate(name: .cost, status: .fail, estimate: -0.1, lower: -0.15, upper: -0.05, threshold: 0.2, unit: .costShare))
                == "DON'T SWITCH: phi-4 costs at least 5 % more than gpt-5 (it must save 20 %).")
        #expect(
            headline(
                Gate(
                    name: .latency, status: .fail, estimate: 1.4, lower: 1.3, upper: nil, threshold: 1, unit: .ratio,
                    note: .latency(metric: .duration, percentile: 95)))
                == "DON'T SWITCH: phi-4's p95 duration is 1.4 times gpt-5's (at least 1.3, no upper limit yet; allowed 1).")
        #expect(
            headline(Gate(name: .failureConcentration, status: .fail, estimate: 1, threshold: 0, unit: .segments)) { model in
                model.look.segments = [
                    SegmentReading(
                        name: SegmentName(.segment, "mail"), pairs: 900, failures: 90, share: 0.12, failureRate: 0.09, riskRatio: 3.1,
                        lower: 2.2, upper: 4.4, q: 0.001, flagged: true, blocking: true)
                ]
            }
                == "DON'T SWITCH: phi-4's own failures gather in segment mail (12 % of calls), where only gpt-5 is right in 9 %, 3.1 times the "
                + "rate elsewhere.")
    }

    @Test func withoutJudgementsNothingIsCalledWorse() {
        let sentences = changed { model in
            model.look.basis = .agreement
            model.look.quality.counts = CorrectnessCounts(unknown: 20_140)
            model.look.noise.disagreement = Estimate(0.043, lower: 0.04, upper: 0.046)
            model.look.gates[2] = Gate(
                name: .quality, status: .open, estimate: 0.043, lower: 0.038, upper: 0.049, threshold: 0.02, unit: .rate,
                note: .agreementOnly)
            model.look.speedUps = [.adjudicate]
        }
        #expect(
            sentences.headline
                == "NOT YET: phi-4 differs in 4.3 % of answers (allowed 2 % unjudged), and nobody has judged which are worse.")
        #expect(sentences.nextAction == "understudy review support-intents")
        let unasked = changed { model in
            model.look.basis = .agreement
            model.look.speedUps = [.adjudicate]
            model.trial.terms.adjudicateBy = .none
        }
        #expect(
            unasked.nextAction
                == "have the disagreements judged, by labels or people: set adjudicate.by, then understudy enable -f FILE")
        #expect(
            sentences.worseSentence
                == "Of 10,000 answers about 430 would differ (range: 380 to 490; allowed 200); which are worse nobody has judged.")
        #expect(sentences.title.hasSuffix("not judged, by agreement only (20,140 pairs)"))
        #expect(sentences.worstFailure == "Differs most: refund_not_showing_up read as cancel_transfer, 41 times (not judged).")
    }

    @Test func pairsThatNoWorkerComparedAreSaidToWait() {
        let waiting = changed { model in
            model.look.decision = Decision(.keepShadowing, because: .gate(.evidence))
            model.look.shortfalls = [.days(have: 0, need: 7)]
            (model.coverage.paired, model.coverage.compared) = (200, 0)
        }
        #expect(waiting.headline == "NOT YET: none of the 200 pairs stored is compared yet.")
        #expect(waiting.nextAction == "understudy worker, unless one is at work")
    }

    @Test func noShareIsToBeRaisedAboveAll() {
        func waiting(_ steps: [SpeedUp], sampling: Double?, control: Double?) -> Sentences {
            changed { model in
                model.look.speedUps = steps
                model.look.forecast = nil
                (model.trial.samplingRate, model.trial.controlRate) = (sampling, control)
            }
        }
        let all = waiting([.raiseControlShare, .raiseSamplingRate], sampling: 1, control: 1)
        #expect(all.speedUps.isEmpty)
        #expect(all.nextAction == "nothing to do; keep shadowing")
        let some = waiting([.raiseControlShare, .raiseSamplingRate], sampling: 0.5, control: 1)
        #expect(some.speedUps == ["sample more than 50 % of calls (sample)"])
        #expect(some.nextAction == "sample more than 50 % of calls (sample), then understudy enable -f FILE")
    }

    @Test func waitingIsNoAdviceBeyondTheLastLook() {
        func action(_ days: Double) -> String {
            var model = Self.example()
            model.trial.samplingRate = 1
            model.look.speedUps = []
            model.look.forecast?.days = days
            return Sentences(model).nextAction
        }
        #expect(action(21) == "nothing to do until Mon 14 Dec; keep shadowing")
        #expect(action(22) == "understudy enable -f FILE with a larger trial.max_days: a new trial")
    }

    @Test func aSwitchNamesTheRampBeyondTheShareThatWasMirrored() {
        let switched = changed { $0.look.decision = Decision(.switch, because: .everyGate) }
        #expect(switched.headline == "SWITCH: phi-4 loses fewer than 200 of 10,000 answers against gpt-5, and every gate passed.")
        #expect(switched.nextAction == "ramp phi-4 up: 25 % → 50 % → 100 % of calls, confirming p95 at each step")
        let simulated = changed {
            $0.look.decision = Decision(.switch, because: .everyGate)
            $0.trial.simulated = true
        }
        #expect(simulated.nextAction.hasPrefix("understudy enable -f FILE"))
    }

    @Test func changesSinceLastWeekGoTheRightWay() throws {
        var earlier = Self.example()
        earlier.look.decision = Decision(.stay, because: .gate(.latency))
        earlier.look.latency.candidate.duration[1].estimate = 2400
        var model = Self.example()
        #expect(Sentences(model).changes == nil)
        model.earlier = ReportModel.EarlierFigures(
            asOf: Timestamp("2026-11-16T08:00:00Z")!, look: earlier.look,
            agreement: ReportModel.AgreementCounts(identical: 900, different: 100), failureModes: [.labelMismatch: 40])
        let changes = try #require(Sentences(model).changes).map(\.sentence)
        #expect(
            changes == [
                "The verdict was DON'T SWITCH and is NOT YET.", "The share of pairs that differ rose from 10 % to 12 %.",
                "phi-4's p95 fell from 2.4 s to 800 ms.", "The share of “label mismatch” rose from 4 % to 12 %.",
            ])
    }

    @Test func candidatesAreRankedByVerdictThenByLoss() {
        func candidate(_ name: String, _ recommendation: Recommendation, worse: Double?) -> ReportModel {
            var model = Self.example()
            model.trial.candidate = name
            model.look.decision = Decision(recommendation, because: .everyGate)
            model.look.quality.worsePerTenThousand.estimate = worse
            return model
        }
        let report = WorkloadReport([
            candidate("stays", .stay, worse: 10), candidate("unknown", .keepShadowing, worse: nil),
            candidate("waits", .keepShadowing, worse: 80), candidate("tiers", .twoTier, worse: 500),
            candidate("better", .switch, worse: -20), candidate("fits", .switch, worse: 30),
        ])
        #expect(report.reports.map(\.trial.candidate) == ["better", "fits", "tiers", "waits", "unknown", "stays"])
        let json = try? JSONValue.parse(Array(report.rendered(as: .json).utf8))
        #expect(json?.at("/candidates/1/candidate")?.stringValue == "fits")
        #expect(json?.at("/candidates/1/rank")?.intValue == 2)
        #expect(json?.at("/candidates/5/verdict/decision")?.stringValue == "stay")
        #expect(json?.at("/trial/candidate")?.stringValue == "better")
    }

    @Test func queriesQuoteWhatTheyAreGiven() throws {
        #expect(Queries.quoted("it's \\ \"x\"; DROP TABLE y --") == "'it''s \\ \"x\"; DROP TABLE y --'")
        #expect(Queries.quoted("a\0b") == "'ab'")
        var model = Self.example()
        model.coverage.shed = [ReportModel.ReasonCount(reason: "a/b~'c", calls: 4)]
        let json = try JSONValue.parse(Array(model.rendered(as: .json).utf8))
        #expect(json.at("/coverage/shed/a~1b~0'c")?.intValue == 4)
        let sql = json["sql"]?.objectValue?.first { $0.name == "/coverage/shed/a~1b~0'c" }?.value.stringValue
        #expect(sql?.hasSuffix("reason = 'a/b~''c'") == true)
    }
}

/// What must be known before any figure.
@Suite struct BannerTests {
    @Test(arguments: [ReportFormat.text, .markdown, .html])
    func aChangedProductionModelStandsAboveTheSections(_ format: ReportFormat) throws {
        var model = FirstScreenTests.example()
        model.warnings = [.productionModels(["gpt-5", "gpt-5-mini"]), .estimatedRates]
        let rendered = withoutWholeWords(model.rendered(as: format))
        let banner = try #require(rendered.range(of: "Production answered with more than one model: gpt-5 and gpt-5-mini."))
        let gates = try #require(rendered.range(of: format == .text ? "GATES" : format == .html ? ">Gates</h2>" : "## Gates"))
        #expect(banner.upperBound < gates.lowerBound)
        let rates = try #require(rendered.range(of: "Some recorded pairs do not say"))
        #expect(rates.lowerBound > gates.upperBound)
    }
}
