internal import Configuration
internal import HTTPWire
internal import JSON
internal import Records
internal import Traffic

extension ShadowDesk {
    /// Finished calls that a gateway hands in: all of the body or nothing.
    func take(_ body: [UInt8], of route: Route, heldBytes: Int) -> TapReceipt {
        let reading = TapReading(body, comparedAs: route.trials[0].settings.compare.kind, at: now)
        guard reading.faults.isEmpty else {
            limits.memory.giveBack(heldBytes)
            return .faulty(reading.faults)
        }
        var tally = CoverageTally(workload: route.workload, trials: route.trials.map(\.id))
        var (sampled, repeated, held) = (0, reading.repeated, heldBytes)
        for entry in reading.entries {
            let id = Identifier(tapped: entry.call.id, of: route.workload, at: entry.calledAt)
            guard recent.insert(id) else {
                repeated += 1
                continue
            }
            let request = entry.call.request.serialised()
            guard let draw = route.plan.draw(tapped: entry.call, id: id, at: entry.calledAt, body: request, tally: &tally),
                let production = entry.call.production
            else { continue }
            sampled += 1
            held -= entry.bytes
            begin(
                SampledCall(
                    route: route, draw: draw, rest: Array("/v1/chat/completions".utf8), target: [], headers: [], body: request,
                    heldBytes: entry.bytes,
                    tapped: TappedCall(externalID: entry.call.id, segment: entry.call.segment, production: production)))
        }
        limits.memory.giveBack(held)
        ledger.add(tally.take(at: now))
        return .taken(
            calls: reading.entries.count - (repeated - reading.repeated), sampled: sampled, repeated: repeated, ignored: reading.ignored)
    }
}
