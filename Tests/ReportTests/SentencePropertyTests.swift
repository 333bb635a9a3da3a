import Foundation
import JSON
import Statistics
import Testing
import Traffic

@testable import Report
@testable import Verdict

/// Whatever the figures: words, signs and marks say what the numbers say, in every form.
@Suite struct SentencePropertyTests {
    static let seeds = 0..<40
    static let perSeed = 100

    /// Four thousand models in forty batches, so that a failure names its batch.
    private func everyModel(_ batch: Int, count: Int = perSeed, _ check: (ReportModel) throws -> Void) rethrows {
        for number in 0..<count {
            var random = RandomModel(UInt64(batch * Self.perSeed + number))
            try check(random.model())
        }
    }

    /// Two hundred of them, for what renders whole reports.
    private func someModels(_ batch: Int, _ check: (ReportModel) throws -> Void) rethrows {
        try everyModel(batch, count: Self.perSeed / 20, check)
    }

    @Test(arguments: seeds) func headlineBeginsWithItsVerdict(_ batch: Int) {
        everyModel(batch) { model in
            let label =
                switch model.look.decision.recommendation {
                case .switch: "SWITCH: "
                case .twoTier: "TWO-TIER: "
                case .stay: "DON'T SWITCH: "
                case .keepShadowing: "NOT YET: "
                }
            #expect(model.headline.hasPrefix(label))
            #expect(model.headline.hasSuffix(".") && !model.nextAction.isEmpty && !model.reason.isEmpty)
        }
    }

    @Test(arguments: seeds) func moneyIsSavedOrCostAsItsSignSays(_ batch: Int) {
        everyModel(batch) { model in
            let sentence = Sentences(model).savingSentence
            let mix = model.look.decision.recommendation == .twoTier ? model.look.tier.saving : nil
            guard let share = (mix ?? model.look.cost.saving)?.estimate else {
                #expect(sentence.contains("is unknown") && !sentence.contains("$"))
                return
            }
            let month = mix == nil ? model.look.cost.savingPerMonth : model.look.cost.production.perMonth.map { $0 * share }
            #expect(sentence.contains(" save ") == (share > 0))
            #expect(sentence.contains(" cost ") == (share < 0))
            #expect(sentence.contains(" more") == (share < 0))
            if share > 0, sentence.contains("(") { #expect(sentence.contains("−") && !sentence.contains("+")) }
            if share < 0, sentence.contains("(") { #expect(sentence.contains("(+")) }
            if let month, share != 0 {
                let shown = Self.numbers(sentence)[0]
                #expect(abs(shown - abs(month)) <= 0.006 * abs(month) + 0.005, "\(sentence) for \(month)")
            }
        }
    }

    @Test(arguments: seeds) func worseAndBetterFollowTheSigns(_ batch: Int) {
        everyModel(batch) { model in
            let sentence = Sentences(model).worseSentence
            let worse = model.look.quality.worsePerTenThousand
            if model.look.decision.recommendation == .twoTier {
                #expect(sentence.contains("at most 100 ") && sentence.contains("certified"))
                return
            }
            if !model.look.basis.isAdjudicated {
                #expect(sentence.contains("differ") && !sentence.contains("would be worse") && !sentence.contains("better"))
                return
            }
            guard let estimate = worse.estimate else {
                #expect(sentence.contains("unknown"))
                return
            }
            let parts = sentence.split(separator: "(")
            if estimate.rounded() != 0 {
                #expect(parts[0].contains("worse") == (estimate > 0) && parts[0].contains("better") == (estimate < 0))
                #expect(Self.numbers(String(parts[0]))[1] == abs(estimate.rounded()))
            }
            guard !sentence.contains("unbounded") else { return }
            #expect(
                Self.signedRange(String(parts[1])) == [worse.upper.rounded(), worse.lower.rounded()].sorted(), "\(sentence) for \(worse)")
            #expect(sentence.hasSuffix("allowed 200)."))
        }
    }

    /// The two ends of `(range: 190 worse to 70 better; …`, worse counted positive, in rising order.
    private static func signedRange(_ text: String) -> [Double] {
        let range = text.prefix { $0 != ";" }.dropFirst("range: ".count).components(separatedBy: " to ")
        func end(_ words: String, _ other: String) -> Double {
            if words == "none" { return 0 }
            let size = numbers(words)[0]
            let direction = words.contains("worse") || words.contains("better") ? words : other
            return direction.contains("better") ? -size : size
        }
        return [end(range[0], range[1]), end(range[1], range[0])].sorted()
    }

    @Test(arguments: seeds) func gatesAreMarkedAsTheyStand(_ batch: Int) {
        everyModel(batch) { model in
            let sentences = Sentences(model)
            var order: [Int] = []
            for part in sentences.gateLineParts.dropFirst() {
                let words = part.split(separator: " ")
                let gate = model.look.gates.first { $0.name.label == words[0] }
                #expect(gate?.blocking == true)
                switch gate?.status {
                case .pass: #expect(words[1] == "✓")
                case .fail: #expect(words[1] == "✗")
                case .open, nil: #expect(words[1] == "open")
                }
                order.append(words[1] == "✗" ? 0 : words[1] == "open" ? 1 : 2)
            }
            #expect(order == order.sorted())
            let missing = model.look.gates.filter { gate in
                gate.blocking && gate.status != .pass && !sentences.gateLine.contains(gate.name.label)
            }
            #expect(missing.isEmpty)
            for gate in model.look.gates {
                let sentence = sentences.lead(on: gate.name)
                let verb = sentence.split(separator: ":")[0]
                #expect(verb.hasSuffix("passes") == (gate.status == .pass))
                #expect(verb.hasSuffix("fails") == (gate.status == .fail))
                #expect(verb.hasSuffix("is open") == (gate.status == .open))
                #expect(verb.contains("advisory") == !gate.blocking)
            }
        }
    }

    @Test(arguments: seeds) func differencesOfRatesGoTheWayTheirSignsSay(_ batch: Int) {
        everyModel(batch) { model in
            let sentences = Sentences(model)
            for name in [GateName.reliability, .quality] where name != .quality || model.look.basis.isAdjudicated {
                let gate = model.look.gate(name)
                let sentence = sentences.lead(on: name)
                guard let estimate = gate.estimate else {
                    #expect(sentence.contains("not known yet"))
                    continue
                }
                let claim = sentence.prefix { $0 != "(" }
                #expect(claim.contains("less often") == (estimate < 0) && claim.contains("more often") == (estimate > 0))
                if abs(estimate) >= 0.0001, estimate != 0 {
                    let shown = Self.numbers(String(claim.components(separatedBy: " points")[0].split(separator: " ").last ?? ""))[0]
                    #expect(abs(shown - abs(estimate) * 100) <= 0.05 * max(1, abs(estimate) * 100), "\(sentence)")
                }
                // A limit that reads like the threshold would contradict the status.
                if gate.status != .open, let limit = gate.status == .pass ? (name == .quality ? gate.lower : gate.upper) : nil,
                    limit != gate.threshold
                {
                    let allowed = sentence.components(separatedBy: "allowed ")[1].prefix { $0 != ")" }
                    let ends = sentence.components(separatedBy: "(")[1].prefix { $0 != ";" }
                    #expect(!ends.hasSuffix(" and \(allowed)") && !ends.hasPrefix("between \(allowed) "), "\(sentence)")
                }
            }
        }
    }

    @Test(arguments: seeds) func fasterAndCheaperAreTrue(_ batch: Int) {
        everyModel(batch) { model in
            let sentences = Sentences(model)
            let latency = model.look.latency
            let (theirs, ours) = (latency.production.duration[1].estimate, latency.candidate.duration[1].estimate)
            let lead = sentences.latencyLead
            if !model.trial.timedTogether {
                #expect(lead.contains("cannot be compared"))
                let compares = lead.contains("faster than") || lead.contains("slower than")
                #expect(!compares)
            } else if latency.production.samples == 0 || latency.candidate.samples == 0 {
                #expect(lead.contains("No day"))
            } else if let theirs, let ours {
                #expect(lead.contains("faster than") == (ours < theirs) && lead.contains("slower than") == (ours > theirs))
            } else {
                #expect(lead.contains("beyond the timeout"))
            }
            if let theirs = model.look.cost.production.perCase, let ours = model.look.cost.candidate.perCase {
                #expect(sentences.costLead.contains("cheaper than") == (ours < theirs))
                #expect(sentences.costLead.contains("dearer than") == (ours > theirs))
            }
        }
    }

    @Test(arguments: seeds) func nothingIsSaidOfNoData(_ batch: Int) {
        everyModel(batch) { model in
            let sentences = Sentences(model)
            if model.agreement.comparable == 0 { #expect(!sentences.failuresLead.contains("%")) }
            if model.look.noise.controlPairs == 0 { #expect(!sentences.failuresLead.contains("asked twice, production differs")) }
            if model.trial.timedTogether, model.look.latency.production.samples == 0 {
                #expect(sentences.gateLine.hasPrefix("p95 not measured yet"))
            }
            if model.look.cost.saving == nil { #expect(!sentences.lead(on: .cost).contains("saves")) }
            if model.look.quality.counts.known == 0 { #expect(!sentences.worstFailure.contains("right")) }
        }
    }

    @Test(arguments: seeds) func missingLimitsAreSaidToBeMissing(_ batch: Int) {
        someModels(batch) { model in
            for leg in [model.look.latency.production, model.look.latency.candidate] {
                for quantile in leg.duration + leg.firstToken {
                    let text = Page.quantile(quantile)
                    if quantile.estimate == nil {
                        #expect(text == "beyond the timeout")
                    } else {
                        #expect(text.contains("no upper limit yet") == (quantile.upper == nil))
                        #expect(text.contains("no lower limit yet") == (quantile.lower == nil))
                    }
                }
            }
            if model.trial.timedTogether, case .latencyUnbounded? = model.look.gate(.latency).note {
                #expect(Sentences(model).lead(on: .latency).contains("no upper limit yet"))
            }
            for format in [ReportFormat.text, .markdown, .html] {
                let text = model.rendered(as: format)
                let words = Set(text.split(whereSeparator: { !$0.isLetter }))
                #expect(words.isDisjoint(with: ["inf", "nan", "NaN", "infinity", "nil", "Optional"]))
            }
        }
    }

    @Test(arguments: seeds) func whatIsForbiddenNeverAppears(_ batch: Int) {
        someModels(batch) { model in
            let text = model.rendered(as: .text)
            #expect(!text.contains("quivalent") && !text.contains("p-value") && !text.contains("McNemar"))
            // A share of differing pairs stands beside how often production differs from itself.
            for line in text.split(separator: "\n\n") where line.contains("that could be compared") {
                #expect(line.contains("asked") && line.contains("twice"))
            }
            // Of a tier's risk only what is certified is said.
            let tier = Sentences(model).tierLead
            #expect(!tier.contains("certified to") || tier.contains("certified to lose at most 1 %"))
        }
    }

    @Test(arguments: seeds) func simulatedAndRecordedStandInTheFirstLineOfEveryForm(_ batch: Int) {
        someModels(batch) { model in
            for format in ReportFormat.allCases {
                let text = model.rendered(as: format)
                let first = text.split(separator: "\n")[format == .html ? 1 : 0]
                if format == .json {
                    #expect(first.contains("\"simulated\":\(model.trial.simulated)"))
                    #expect(first.contains("\"source\":\"\(model.trial.source.rawValue)\""))
                } else {
                    #expect(first.contains("SIMULATED") == model.trial.simulated, "\(format)")
                    #expect(first.contains("IMPORTED") == (model.trial.source == .imported))
                    #expect(first.contains("REPLAYED") == (model.trial.source == .replay))
                }
            }
        }
    }

    @Test(arguments: seeds) func allFormsSayTheSameFirstScreen(_ batch: Int) throws {
        try someModels(batch) { model in
            let sentences = Sentences(model)
            let lines = [sentences.title, sentences.headline, sentences.impact, sentences.worstFailure]
            let text = Self.squeezed(model.rendered(as: .text))
            let markdown = Self.squeezed(model.rendered(as: .markdown).replacing("\\", with: ""))
            let html = Self.squeezed(Self.unescaped(withoutWholeWords(model.rendered(as: .html))))
            for line in lines {
                let line = Self.squeezed(line)
                #expect(text.contains(line) && markdown.contains(line) && html.contains(line), "\(line)")
            }
            for part in sentences.gateLineParts { #expect(html.contains(">\(Self.squeezed(part))</li>")) }
            #expect(text.contains(Self.squeezed(sentences.gateLine)) && markdown.contains(Self.squeezed(sentences.gateLine)))
            let json = try JSONValue.parse(Array(model.rendered(as: .json).utf8))
            #expect(json.at("/verdict/headline")?.stringValue == sentences.headline)
            #expect(json.at("/verdict/decision")?.stringValue == model.look.decision.recommendation.rawValue)
            #expect(json.at("/impact/saving_per_month")?.doubleValue == model.look.cost.savingPerMonth)
            #expect(json.at("/impact/worse_per_10k/estimate")?.doubleValue == model.look.quality.worsePerTenThousand.estimate)
            for (index, gate) in model.look.gates.enumerated() {
                #expect(json.at("/gates/\(index)/name")?.stringValue == gate.name.rawValue)
                #expect(json.at("/gates/\(index)/status")?.stringValue == gate.status.rawValue)
                #expect(json.at("/gates/\(index)/upper")?.doubleValue == gate.upper)
            }
            for member in try #require(json["sql"]?.objectValue) {
                #expect(json.at(member.name)?.doubleValue != nil, "\(member.name) names a query and no figure")
                #expect(
                    member.value.stringValue?.contains("AS estimate") == true
                        || member.value.stringValue?.contains("SELECT estimate") == true)
            }
        }
    }

    @Test(arguments: seeds) func linesFitAndTheFunnelAddsUp(_ batch: Int) {
        someModels(batch) { model in
            for line in model.rendered(as: .text).split(separator: "\n") {
                #expect(TextLayout.columns(String(line)) <= 100, "\(line)")
            }
            var before: Int?
            var left = 0
            for section in Page(model).sections {
                for case .funnel(let steps) in section.blocks {
                    for step in steps {
                        if step.leaves {
                            left += step.count
                        } else {
                            if let before { #expect(before - left == step.count, "\(step.label)") }
                            before = step.count
                            left = 0
                        }
                    }
                }
            }
        }
    }

    // MARK: Reading sentences back

    /// The numbers in a sentence, thousands separators removed, signs left out.
    private static func numbers(_ text: String) -> [Double] {
        var numbers: [Double] = []
        var digits = ""
        for character in text + " " {
            if character.isNumber || (!digits.isEmpty && (character == "." || character == ",")) {
                digits.append(character)
            } else if !digits.isEmpty {
                while let last = digits.last, !last.isNumber { digits.removeLast() }
                if let number = Double(digits.replacing(",", with: "")) { numbers.append(number) }
                digits = ""
            }
        }
        return numbers
    }

    private static func squeezed(_ text: String) -> String { String(text.filter { !$0.isWhitespace }) }

    private static func unescaped(_ html: String) -> String {
        html.replacing("&lt;", with: "<").replacing("&gt;", with: ">").replacing("&quot;", with: "\"").replacing("&amp;", with: "&")
    }
}
