internal import Configuration
internal import HTTPWire
internal import ModelAPI
internal import Traffic

/// A shadowed call whose legs have not all ended.
final class OpenCall {
    let sampled: SampledCall
    let request: ChatRequest
    var assembly: PairAssembly
    /// Bytes of the capture memory that the call holds, given back when it is over.
    var heldBytes: Int

    init(_ sampled: SampledCall, request: ChatRequest, controlRate: Double, asksControl: Bool, pairIDs: () -> Identifier) {
        self.sampled = sampled
        self.request = request
        heldBytes = sampled.heldBytes
        let draw = sampled.draw
        let facts = CallFacts(
            id: draw.id, workload: sampled.route.workload, source: sampled.tapped == nil ? .mirror : .tap,
            externalID: sampled.tapped?.externalID,
            calledAt: draw.calledAt, segment: sampled.tapped?.segment ?? draw.trials.lazy.compactMap(\.segment).first,
            conversation: draw.conversation, turn: request.turn, traceparent: sampled.headers["traceparent"],
            // Never the query: some APIs take their key in it, and no credential is stored.
            path: String(decoding: sampled.rest.prefix { $0 != UInt8(ascii: "?") }, as: UTF8.self), request: sampled.body,
            controlRate: controlRate)
        let plans = draw.trials.map { trial in
            PairAssembly.Plan(id: pairIDs(), trial: sampled.route.trials[trial.trial].id, draw: trial)
        }
        assembly = PairAssembly(facts, evidenceOrder: draw.evidenceOrder, plans: plans, asksControl: asksControl)
    }

    /// The trial of the plan at a position.
    func trial(_ position: Int) -> Identifier { sampled.route.trials[sampled.draw.trials[position].trial].id }
}
