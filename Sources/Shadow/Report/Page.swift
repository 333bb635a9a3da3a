internal import Statistics
internal import Traffic
internal import Verdict

/// What a person's report shows, in order, before any format: text, Markdown and HTML only lay this out.
struct Page {
    let model: ReportModel
    let sentences: Sentences
    let sections: [Section]

    /// One part of the page: it begins with one plain sentence made from the figures below it.
    struct Section {
        /// Stable, for links.
        let anchor: String
        let title: String
        let lead: String
        let blocks: [Block]
        /// Behind the figures of the section.
        let queries: [Query]
    }

    enum Block {
        case gates([GateView])
        case table(Table)
        case matrix(MatrixView)
        case list([String])
        case paragraph(String)
        case modes([ModeView])
        case examples(ExampleGroup)
        case latency([LatencyView])
        case curve(CurveView)
        case funnel([FunnelStep])
        case course(CourseView)
        /// A table that opens on demand where the form allows it.
        case folded(Table)
    }

    struct GateView {
        let gate: Gate
        let sentence: String
        let observations: Int
    }

    /// A table of texts; numbers stand on the right.
    struct Table {
        struct Column {
            let title: String
            var numeric = false
        }

        let caption: String
        let columns: [Column]
        let rows: [[String]]
    }

    /// A label matrix: the table, and each cell's share of its row for the shading.
    struct MatrixView {
        let table: Table
        /// By row and column.
        let shares: [[Double]]
    }

    struct ModeView {
        let row: ReportModel.FailureModeRow
        let share: Estimate?
        /// `41 of 412 in mail`.
        let segments: String
    }

    struct ExampleGroup {
        let title: String
        let examples: [ReportModel.Example]
        let production: String
        let candidate: String
        /// False where the title says who was right.
        var namesRight = true
    }

    /// One quantile of one timing, for both legs.
    struct LatencyView {
        let name: String
        let production: LatencyQuantile
        let candidate: LatencyQuantile
        /// Answers of production and of the candidate.
        let samples: String
        let ratio: LatencyRatio?
        /// The largest value of the timing's rows, for a common scale.
        let scale: Double
    }

    struct CurveView {
        let points: [TierPoint]
        let threshold: Double?
        let table: Table
    }

    /// Quality look by look, and day by day.
    struct CourseView {
        let points: [ReportModel.CoursePoint]
        let threshold: Double
        /// Whether the gate passes above its threshold, or below.
        let passesAbove: Bool
        /// Each point's day and finding, in words.
        let words: [(day: String, finding: String)]
        let table: Table
    }

    /// A stage of the way from call to comparison, or (indented) what left it before.
    struct FunnelStep {
        let label: String
        let count: Int
        let leaves: Bool
    }

    init(_ model: ReportModel) {
        self.model = model
        sentences = Sentences(model)
        let builder = PageBuilder(model)
        sections = [
            builder.gates, builder.failures, builder.latency, builder.cost, builder.twoTier, builder.judge, builder.audit, builder.sample,
            builder.changes,
            builder.coverage, builder.method,
        ].compactMap { $0 }
    }

    /// The five lines that say what to do, why and how sure that is; a line each for a deadline and a way out, where there are.
    var firstScreen: [String] {
        [
            sentences.title, verdictLine(sentences.headline),
        ] + sentences.belowHeadline + [sentences.impact, sentences.gateLine, sentences.worstFailure]
    }

    func verdictLine(_ headline: String) -> String { "\(headline)   → \(sentences.nextAction)" }
}
