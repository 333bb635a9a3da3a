import JSON
import Testing
import Traffic

@testable import Report
@testable import Verdict

/// In time or not, and what would make it so.
@Suite struct DeadlineTests {
    /// Monday 23 November, 08:00; quality waits for 5,600 more pairs at 2,000 a day.
    private func model(_ deadline: String?, _ change: (inout ReportModel) -> Void = { _ in }) -> ReportModel {
        var model = FirstScreenTests.example()
        model.trial.deadline = deadline
        model.look.waits = [Self.wait(.quality, pairs: 5600)]
        model.look.pairsPerDay = 2000
        change(&model)
        return model
    }

    private static func wait(_ gate: GateName, pairs: Int?) -> GateForecast {
        GateForecast(
            gate: gate, towards: .pass, pairs: pairs, fewestPairs: pairs, mostPairs: pairs, days: nil, fewestDays: nil, mostDays: nil,
            adjudications: nil)
    }

    private func sentence(_ deadline: String?, _ change: (inout ReportModel) -> Void = { _ in }) -> String? {
        Sentences(model(deadline, change)).deadline
    }

    @Test func withoutOneNothingIsSaid() throws {
        #expect(sentence(nil) == nil)
        let text = model(nil).rendered(as: .json)
        #expect(try JSONValue.parse(text).at("/verdict/deadline") == .null)
        #expect(model(nil).firstScreen.count == 5)
    }

    @Test func inTimeOrOnTheDay() {
        #expect(sentence("2026-12-31") == "The verdict is expected by Thursday, 35 days before the deadline, Thu 31 Dec.")
        #expect(sentence("2026-11-26") == "The verdict is expected by Thursday, on the day of the deadline, Thu 26 Nov.")
        #expect(
            sentence("2026-12-31") {
                $0.look.waits = [Self.wait(.quality, pairs: 0)]
                $0.look.quality.pending = 0
            }?.contains("is expected today, 38 days") == true)
    }

    @Test func lateWithTheShareThatWouldMakeIt() {
        #expect(
            sentence("2026-11-24") == "At this pace the verdict comes by Thursday, 2 days after the deadline, Tue 24 Nov; sampling 17 % of "
                + "calls instead of 10 % should bring it by Tuesday.")
        #expect(
            sentence("2026-11-24") { $0.trial.samplingRate = 0.9 } == "At this pace the verdict comes by Thursday, 2 days after the "
                + "deadline, Tue 24 Nov; even every call sampled should bring it only by Wednesday.")
        #expect(
            sentence("2026-11-24") {
                $0.look.day = 2
                $0.look.waits = [Self.wait(.evidence, pairs: 0), Self.wait(.quality, pairs: 5600)]
            } == "At this pace the verdict comes by Saturday, 4 days after the deadline, Tue 24 Nov; a verdict needs 5 more days with "
                + "pairs, which nothing shortens.")
    }

    @Test func theTrialsLastLookIsADeadlineToo() {
        #expect(
            sentence("2027-02-01") { $0.look.waits = [Self.wait(.quality, pairs: 60_000)] }
                == "At this pace the verdict comes only after the trial's last look, on day 28, though before the deadline, Mon 1 Feb; "
                + "sampling 14 % of calls instead of 10 % should bring it by Mon 14 Dec.")
    }

    @Test func whatMustBeDoneFirst() {
        #expect(
            sentence("2026-12-31") {
                $0.look.decision = Decision(.keepShadowing, because: .gate(.evidence))
                $0.look.shortfalls = [.imputed(share: 0.1, most: 0.05)]
                $0.look.waits = [Self.wait(.evidence, pairs: 0), Self.wait(.quality, pairs: 100)]
            }
                == "By itself the verdict will not be there by the deadline, Thu 31 Dec; judging the 360 disagreements that wait should bring it "
                + "today.")
        #expect(
            sentence("2026-11-24") {
                $0.look.decision = Decision(.keepShadowing, because: .gate(.evidence))
                $0.look.shortfalls = [.imputed(share: 0.1, most: 0.05)]
                $0.look.waits = [Self.wait(.evidence, pairs: 0), Self.wait(.quality, pairs: 5600)]
            }
                == "By itself the verdict will not be there by the deadline, Tue 24 Nov; judging the 360 disagreements that wait and sampling "
                + "17 % of calls instead of 10 % should bring it by Tuesday.")
        #expect(
            sentence("2026-12-31") {
                $0.look.gates[6] = Gate(name: .cost, status: .open, threshold: 0.2, unit: .costShare, note: .noCosts)
                $0.look.cost.saving = nil
                $0.spend.candidate.price = .none
            } == "By itself the verdict will not be there by the deadline, Thu 31 Dec; giving both prices should bring it by Thursday.")
    }

    @Test func whereOnlyJudgingIsMissingThatIsSaid() {
        let change: (inout ReportModel) -> Void = {
            $0.look.waits = [Self.wait(.quality, pairs: 0)]
            $0.look.forecast = Self.wait(.quality, pairs: 0)
        }
        #expect(
            Sentences(model("2026-12-31", change)).headline == "NOT YET: the 360 disagreements that wait for their judgement should decide."
        )
        #expect(sentence("2026-12-31", change)?.hasSuffix("judging the 360 disagreements that wait should bring it today.") == true)
        let alone = Sentences(
            model(nil) {
                change(&$0)
                $0.look.quality.pending = 1
            })
        #expect(alone.headline == "NOT YET: the 1 disagreement that waits for its judgement should decide.")
    }

    @Test func withoutJudgementsTheWayOutIsTheWay() {
        let agreement: (inout ReportModel) -> Void = {
            $0.look.basis = .agreement
            $0.look.waits = [Self.wait(.quality, pairs: nil), Self.wait(.noise, pairs: nil), Self.wait(.reliability, pairs: 4000)]
            $0.look.wayOut = WayOut(judgements: 200, pairs: 1000, days: 2)
        }
        #expect(
            sentence("2026-12-31", agreement) == "By itself the verdict will not be there by the deadline, Thu 31 Dec; judging 200 "
                + "disagreements should bring it by Wednesday.")
        #expect(
            sentence("2026-11-25") {
                agreement(&$0)
                $0.look.wayOut = WayOut(judgements: 200, pairs: 1000, days: 2, inNewTrial: true)
            }?.contains("judging 200 disagreements of a new trial should bring it by Wednesday") == true)
    }

    @Test func whatCannotBeTold() {
        #expect(
            sentence("2026-12-31") { $0.look.waits = [Self.wait(.quality, pairs: nil)] }
                == "Whether the verdict will be there by the deadline, Thu 31 Dec, cannot be told; quality is not on course to be decided.")
        #expect(
            sentence("2026-12-31") {
                $0.trial.source = .imported
                $0.trial.samplingRate = nil
                $0.look.pairsPerDay = nil
            }?.hasSuffix("cannot be told; no more pairs are to come.") == true)
    }

    @Test func onTheFirstDayNobodyKnowsHowFastPairsCome() {
        let firstDay: (inout ReportModel) -> Void = {
            $0.look.day = 1
            $0.look.pairsPerDay = nil
            $0.look.decision = Decision(.keepShadowing, because: .gate(.evidence))
            $0.look.waits = [Self.wait(.evidence, pairs: 940), Self.wait(.quality, pairs: 2200)]
        }
        #expect(
            sentence("2026-12-31", firstDay)
                == "Whether the verdict will be there by the deadline, Thu 31 Dec, cannot be told; too little is known yet.")
        #expect(
            sentence("2026-12-31") {
                firstDay(&$0)
                $0.look.wayOut = WayOut(judgements: 161, pairs: 2200, days: nil, inNewTrial: false)
            } == "By itself the verdict will not be there by the deadline, Thu 31 Dec; judging 161 disagreements is needed first, and how "
                + "soon the verdict comes then is not known yet.")
        #expect(
            sentence("2026-11-26", firstDay)?.hasSuffix("; a verdict needs 6 more days with pairs, which nothing shortens.") == true)
    }

    @Test func whatComesAfterTheLastLookNeverComes() {
        #expect(
            sentence("2026-12-10") { $0.look.pairsPerDay = 14 }
                == "At this pace there is no verdict by the deadline, Thu 10 Dec, nor by the trial's last look, on day 28; even every call "
                + "sampled should not bring it within the trial's 28 days.")
    }

    @Test func aDayHalfAYearAwaySaysItsYear() {
        #expect(
            sentence("2027-12-24")
                == "The verdict is expected by Thursday, 393 days before the deadline, Fri 24 Dec 2027.")
        let (dates, monday) = (Dates(utcOffsetSeconds: 0), Timestamp("2026-11-23T08:00:00Z")!)
        #expect(
            [14, 45, 182, 183, 400].map { dates.due($0, after: monday) } == [
                "Mon 7 Dec", "Thu 7 Jan", "Mon 24 May", "Tue 25 May 2027", "Tue 28 Dec 2027",
            ])
    }

    @Test func decidedAndMissed() {
        let decided: (inout ReportModel) -> Void = { $0.look.decision = Decision(.switch, because: .everyGate) }
        #expect(sentence("2026-12-31", decided) == "The verdict is there, 38 days before the deadline, Thu 31 Dec.")
        #expect(sentence("2026-11-23", decided) == "The verdict is there, on the day of the deadline, Mon 23 Nov.")
        #expect(sentence("2026-11-20", decided) == "The verdict is there; the deadline, Fri 20 Nov, has passed.")
        #expect(sentence("2026-11-20") == "The deadline, Fri 20 Nov, passed 3 days ago without a verdict.")
    }

    @Test func aTrialThatMustBeginAnew() {
        let drift: (inout ReportModel) -> Void = {
            $0.look.decision = Decision(.keepShadowing, because: .drift)
            $0.look.waits = []
        }
        #expect(sentence("2026-12-31", drift)?.hasSuffix("cannot be told; a new trial begun today should bring it by Mon 30 Nov.") == true)
        #expect(sentence("2026-11-25", drift)?.hasSuffix("a verdict needs 7 more days with pairs, which nothing shortens.") == true)
    }

    @Test func aDayIsTheTrialZones() {
        // 23:30 on Tuesday in UTC is Wednesday in Berlin.
        #expect(
            sentence("2026-11-24") {
                $0.trial.asOf = Timestamp("2026-11-24T23:30:00Z")!
                $0.trial.utcOffsetSeconds = 3600
            } == "The deadline, Tue 24 Nov, passed 1 day ago without a verdict.")
    }

    // MARK: The cheapest way out

    private func wayOut(_ way: WayOut) -> String? {
        Sentences(
            model(nil) {
                $0.look.basis = .agreement
                $0.look.wayOut = way
            }
        ).wayOut
    }

    @Test func theCheapestWayOutIsOneLine() {
        #expect(
            wayOut(WayOut(judgements: 200, pairs: 900, days: 2.9))
                == "The cheapest way out: 200 judgements, about 90 minutes at an assumed "
                + "27 s each, should decide by Thursday, if both models are equally good.")
        #expect(wayOut(WayOut(judgements: 1, pairs: 0, days: 0))?.contains("1 judgement, about a minute at") == true)
        #expect(
            wayOut(WayOut(judgements: 500, pairs: 0, days: 0))?.contains("about 3.8 hours at an assumed 27 s each, should decide today,")
                == true)
        #expect(
            wayOut(WayOut(judgements: 200, pairs: 900, days: nil))?.contains("should decide once 900 more pairs are there, if") == true)
        #expect(wayOut(WayOut(judgements: 200, pairs: 0, days: nil))?.contains("should decide quality, if") == true)
        #expect(
            wayOut(WayOut(judgements: 200, pairs: 90_000, days: 40))?
                .contains("should decide, though not before the last look on day 28, if") == true)
        #expect(
            wayOut(WayOut(judgements: 200, pairs: 5000, days: 9, inNewTrial: true))?
                .contains("should decide by Wed 2 Dec in a new trial (adjudicate.by: people), if") == true)
        #expect(
            wayOut(WayOut(judgements: 0, pairs: 1234, days: 2))
                == "The cheapest way out is to wait: about 1,200 more pairs should decide by "
                + "Wednesday without a judgement.")
    }

    @Test func bothStandBelowTheHeadlineInEveryForm() throws {
        let model = model("2026-12-31") {
            $0.look.basis = .agreement
            $0.look.wayOut = WayOut(judgements: 200, pairs: 900, days: 2)
        }
        let sentences = Sentences(model)
        let lines = try [#require(sentences.deadline), #require(sentences.wayOut)]
        #expect(Array(model.firstScreen[2...3]) == lines && model.firstScreen.count == 7)
        let text = Self.words(model.rendered(as: .text))
        let markdown = Self.words(model.rendered(as: .markdown))
        let html = withoutWholeWords(model.rendered(as: .html))
        let json = try JSONValue.parse(model.rendered(as: .json))
        #expect(json.at("/verdict/deadline/sentence")?.stringValue == lines[0])
        #expect(json.at("/verdict/deadline/date") == "2026-12-31" && json.at("/verdict/deadline/days_left") == 38)
        #expect(json.at("/verdict/cheapest_way_out/sentence")?.stringValue == lines[1])
        #expect(json.at("/verdict/cheapest_way_out/judgements") == 200 && json.at("/verdict/cheapest_way_out/minutes") == 90)
        #expect(json.at("/verdict/cheapest_way_out/assumed_seconds_each") == 27)
        for line in lines {
            #expect(text.contains(line) && markdown.contains(line) && html.contains(line))
            #expect(try #require(text.firstRange(of: line)).lowerBound < #require(text.firstRange(of: "GATES")).lowerBound)
        }
    }

    private static func words(_ text: String) -> String { text.split(whereSeparator: \.isWhitespace).joined(separator: " ") }

    // MARK: Whatever the figures

    private func everyModel(_ batch: UInt64, _ check: (ReportModel) throws -> Void) rethrows {
        for number in 0..<100 {
            var random = RandomModel(batch * 100 + UInt64(number))
            try check(random.model())
        }
    }

    @Test(arguments: 0..<40) func whatIsSaidFitsTheFigures(_ batch: UInt64) throws {
        try everyModel(batch) { model in
            let sentence = Sentences(model).deadline
            guard let outlook = DeadlineOutlook(model) else {
                #expect(model.trial.deadline == nil && sentence == nil)
                return
            }
            let text = try #require(sentence)
            #expect(text.hasSuffix(".") && !text.contains("  ") && !text.contains("nil"))
            let isDecided = model.look.decision.recommendation != .keepShadowing
            #expect((outlook.standing == .decided) == isDecided)
            #expect(text.hasPrefix("The verdict is there") == isDecided)
            #expect((outlook.standing == .missed) == (!isDecided && outlook.today > outlook.deadline))
            #expect(text.hasSuffix("without a verdict.") == (outlook.standing == .missed))
            #expect((outlook.standing == .inTime) == text.hasPrefix("The verdict is expected "))
            if outlook.standing == .inTime { #expect(try #require(outlook.expected) <= outlook.deadline) }
            if let expected = outlook.expected {
                #expect(expected >= outlook.today && outlook.needs.isEmpty)
                if expected > outlook.deadline {
                    #expect(
                        outlook.standing == .late
                            && text.contains(outlook.endsBefore ? " nor by the trial's last look" : " after the deadline"))
                }
            }
            // Only what would make it in time is offered, and only where something must.
            for way in outlook.ways { #expect(way.day <= outlook.deadline && way.day >= outlook.today && !way.steps.isEmpty) }
            if outlook.standing != .late && outlook.standing != .unknown { #expect(outlook.ways.isEmpty && outlook.obstacle == nil) }
            if outlook.standing == .late || outlook.standing == .unknown { #expect(outlook.ways.isEmpty == (outlook.obstacle != nil)) }
            for case .sample(let rate) in outlook.ways.flatMap(\.steps) {
                #expect(rate > (model.trial.samplingRate ?? 1) && rate <= 1 && model.trial.running)
            }
        }
    }

    @Test(arguments: 0..<40) func moreTimeIsNeverWorse(_ batch: UInt64) throws {
        try everyModel(batch) { model in
            guard model.trial.deadline != nil, model.look.decision.recommendation == .keepShadowing else { return }
            var before: DeadlineOutlook?
            for deadline in ["2026-11-20", "2026-11-27", "2026-12-04", "2026-12-18", "2027-03-01"] {
                var model = model
                model.trial.deadline = deadline
                let outlook = try #require(DeadlineOutlook(model))
                if let before, before.standing == .inTime { #expect(outlook.standing == .inTime) }
                if let before, !before.ways.isEmpty { #expect(outlook.standing == .inTime || !outlook.ways.isEmpty) }
                if let before, let expected = before.expected { #expect(outlook.expected == expected) }
                before = outlook
            }
        }
    }

    @Test(arguments: 0..<20) func theWayOutIsToldWhereThereIsOne(_ batch: UInt64) {
        everyModel(batch) { model in
            let sentence = Sentences(model).wayOut
            #expect((sentence != nil) == (model.look.wayOut != nil))
            guard let way = model.look.wayOut, let sentence else { return }
            #expect(sentence.contains("judgement") && sentence.hasPrefix("The cheapest way out") && sentence.hasSuffix("."))
            #expect(sentence.contains("assumed 27 s each") == (way.judgements > 0))
            if way.judgements > 1 { #expect(sentence.contains("\(Numbers.count(way.judgements)) judgements")) }
        }
    }
}
