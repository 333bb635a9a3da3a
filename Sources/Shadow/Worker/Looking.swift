public import Postgres
public import Storage
public import Traffic
internal import Verdict

/// Takes a look at a trial now: reads its evidence, decides, and stores the look with its gates, what it established and its report.
///
/// The daily looks of the worker and every report go through here, so that all of them are looks of the same process.
public func takeLook(_ connection: PostgresConnection, trial: Identifier, at moment: Timestamp, dayEnd: Bool = false) throws -> TakenLook {
    try Looks(connection).take(
        trial: trial, at: moment, dayEnd: dayEnd,
        decide: { input, latches in look(at: input, after: latches) },
        reason: { look in reasonWord(look.decision.because) }, report: { taken in try ReportMaker(connection).lookReport(taken) })
}

/// What settled a verdict, as the view `verdicts` shows it in its column `reason`: a gate's name, or `every_gate`, `tier`, `drift`.
private func reasonWord(_ because: Because) -> String {
    switch because {
    case .everyGate: "every_gate"
    case .tier: "tier"
    case .drift: "drift"
    case .gate(let name): name.rawValue
    }
}
