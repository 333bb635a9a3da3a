internal import JSON
internal import Statistics
internal import Traffic
internal import Verdict

/// What fails, where, and which labels and fields: from the views that count.
extension Queries {
    mutating func addFailureModes() {
        for (index, row) in model.failureModes.enumerated() {
            let rows = "FROM understudy.failure_modes WHERE \(trial) AND failure_mode = '\(row.mode.rawValue)'"
            add("/failure_modes/\(index)/count", "pairs with \(row.mode.phrase)", "SELECT coalesce(sum(pairs), 0) AS estimate \(rows)")
            for (name, column) in [
                ("production_only", "production_only"), ("candidate_only", "candidate_only"), ("both", "correct_both"),
                ("neither", "neither"),
                ("unknown", "unknown"),
            ] {
                add(
                    "/failure_modes/\(index)/\(name)",
                    "of them \(name == "unknown" ? "not judged" : "\(name.replacing("_", with: " ")) right")",
                    "SELECT coalesce(sum(\(column)), 0) AS estimate \(rows)")
            }
            for (place, segment) in row.segments.enumerated() {
                let named = segment.segment.isEmpty ? "segment IS NULL" : "segment = \(Queries.quoted(segment.segment))"
                add(
                    "/failure_modes/\(index)/segments/\(place)/count", "of them in \(ForeignText.name(segment.segment))",
                    "SELECT coalesce(sum(pairs), 0) AS estimate \(rows) AND \(named)")
            }
            guard model.share(of: row.count) != nil else { continue }
            add(
                "/failure_modes/\(index)/share", "share of comparable pairs with \(row.mode.phrase)",
                "SELECT (SELECT coalesce(sum(pairs), 0) \(rows)) / (SELECT nullif(sum(compared - incomparable), 0) "
                    + "FROM understudy.coverage WHERE \(trial)) AS estimate")
        }
    }

    /// Labels as read, agreements included.
    mutating func addLabels() {
        let pairs = "FROM understudy.label_pairs WHERE \(trial)"
        for (index, row) in model.confusion.enumerated() {
            let rows =
                "\(pairs) AND production_label = \(Queries.quoted(row.productionLabel)) AND candidate_label = \(Queries.quoted(row.candidateLabel))"
            let name = "\(ForeignText.name(row.productionLabel)) read as \(ForeignText.name(row.candidateLabel))"
            add("/confusion/\(index)/pairs", "\(name)", "SELECT coalesce(sum(pairs), 0) AS estimate \(rows)")
            for correct in ["production_only", "candidate_only"] {
                add(
                    "/confusion/\(index)/\(correct)", "\(name), \(correct.replacing("_", with: " ")) right",
                    "SELECT coalesce(sum(pairs) FILTER (WHERE correct = '\(correct)'), 0) AS estimate \(rows)")
            }
        }
        guard let matrix = model.labelMatrix else { return }
        let named = matrix.labels.filter { $0 != ReportModel.LabelMatrix.others }.map(Queries.quoted).joined(separator: ", ")
        func condition(_ column: String, _ label: String) -> String {
            label == ReportModel.LabelMatrix.others ? "\(column) NOT IN (\(named))" : "\(column) = \(Queries.quoted(label))"
        }
        for (row, production) in matrix.labels.enumerated() {
            for (column, candidate) in matrix.labels.enumerated() {
                add(
                    "/label_matrix/pairs/\(row)/\(column)", "\(ForeignText.name(production)) answered by \(ForeignText.name(candidate))",
                    "SELECT coalesce(sum(pairs), 0) AS estimate \(pairs) AND \(condition("production_label", production)) "
                        + "AND \(condition("candidate_label", candidate))")
            }
        }
    }

    mutating func addFields() {
        for (index, row) in model.fields.enumerated() {
            for (leg, counts) in [("production", row.production), ("candidate", row.candidate)] {
                let rows = "FROM understudy.field_accuracy WHERE \(trial) AND leg = '\(leg)' AND path = \(Queries.quoted(row.path))"
                let subject = "\(leg)'s %s of \(ForeignText.name(row.path))"
                for name in ["expected", "given", "matched"] {
                    add(
                        "/fields/\(index)/\(leg)/\(name)", subject.replacing("%s", with: name),
                        "SELECT coalesce(sum(\(name)), 0) AS estimate \(rows)")
                }
                for (name, value, of) in [("recall", counts.recall, "expected"), ("precision", counts.precision, "given")]
                where value != nil {
                    add(
                        "/fields/\(index)/\(leg)/\(name)", subject.replacing("%s", with: name),
                        "SELECT sum(matched) / sum(\(of))::double precision AS estimate \(rows)")
                }
            }
        }
    }
}
