import Foundation
import Report
import Testing
import Traffic
import Verdict

/// What no report may say, in any form and of any trial (statistics §13).
@Suite struct ForbiddenStatementTests {
    private static let prose: [ReportFormat] = [.text, .markdown, .html]

    /// Every rendered prose of many random trials and of the golden ones, without SQL and without what models wrote.
    private static func texts(_ seeds: Range<UInt64>) -> [(model: ReportModel, text: String)] {
        let random = seeds.map { seed -> ReportModel in
            var random = RandomModel(seed)
            return random.model()
        }
        return (random + GoldenTests.all.flatMap(\.report.reports)).flatMap { model in
            prose.map { format in
                var text = model.rendered(as: format)
                while let start = text.range(of: "<details class=\"queries\">"),
                    let end = text[start.upperBound...].range(of: "</details>")
                {
                    text.removeSubrange(start.lowerBound..<end.upperBound)
                }
                return (model, text)
            }
        }
    }

    @Test func nothingIsCalledEquivalentProvenOrSignificant() throws {
        for (model, text) in Self.texts(0..<40) {
            let lower = text.lowercased()
            for word in ["equivalent", "p-value", "p =", "significant", "mcnemar", "identical quality", "as good as"] {
                #expect(!lower.contains(word), "\(model.trial.candidate): \(word)")
            }
        }
    }

    /// Agreement is never told without how often production agrees with itself.
    @Test func disagreementStandsBesideProductionsOwn() throws {
        for (model, text) in Self.texts(60..<90) where model.agreement.comparable > 0 {
            let squeezed = text.split(whereSeparator: \.isWhitespace).joined(separator: " ")
            #expect(
                squeezed.contains("production differs from itself in") || squeezed.contains("production was never asked twice"),
                "\(model.trial.candidate)")
        }
    }

    /// What is certified of a tier is its bound, never an estimated risk.
    @Test func aTiersLossIsOnlyEverItsBound() throws {
        for (model, text) in Self.texts(120..<150) {
            let squeezed = text.split(whereSeparator: \.isWhitespace).joined(separator: " ")
            for found in squeezed.matches(of: /certified ([^.;<]{0,30})/) where found.output.1.contains("lose") {
                #expect(found.output.1.hasPrefix("to lose at most") || found.output.1.hasPrefix("yet to lose at most"), "\(found.output.0)")
            }
            if model.look.tier.state == .certified, model.look.tier.threshold != nil, model.trial.confidenceGiven {
                #expect(squeezed.contains("certified to lose at most"))
            }
        }
    }

    /// A percentile or a ratio whose upper limit is unknown says so wherever it is shown.
    @Test func anUnboundedLimitIsNamed() throws {
        for (model, text) in Self.texts(180..<210) {
            let legs = [model.look.latency.production, model.look.latency.candidate]
            let isOpen = legs.flatMap { $0.duration + $0.firstToken }.contains { $0.estimate != nil && $0.upper == nil }
            // Times that were taken apart are held against nothing, and have no limits.
            let isShown = model.trial.timedTogether && legs.allSatisfy { $0.samples > 0 }
            // A terminal's narrow columns may break the words apart.
            let inOnePiece = text.hasPrefix("<!DOCTYPE") || text.hasPrefix("#")
            if isOpen, isShown, inOnePiece { #expect(text.contains("no upper limit yet"), "\(model.trial.candidate)") }
        }
    }

    /// Nothing is a share of nothing.
    @Test func noPercentageOfNoData() throws {
        for seed in 0..<60 as Range<UInt64> {
            var random = RandomModel(seed)
            var model = random.model()
            model.agreement = ReportModel.AgreementCounts()
            for format in Self.prose {
                let text = model.rendered(as: format)
                #expect(text.contains("Nothing is compared yet."))
                #expect(!text.contains("NaN") && !text.contains("nan %"))
            }
        }
    }

    /// Evidence that is not live traffic says so before anything else.
    @Test func madeUpAndRecordedEvidenceIsMarkedInTheFirstLine() throws {
        for seed in 0..<120 as Range<UInt64> {
            var random = RandomModel(seed)
            let model = random.model()
            let first = model.rendered(as: .text).prefix { $0 != "\n" }
            #expect(first.hasPrefix("SIMULATED") == model.trial.simulated)
            #expect(first.contains("IMPORTED ·") == (model.trial.source == .imported))
            #expect(first.contains("REPLAYED ·") == (model.trial.source == .replay))
        }
    }
}
