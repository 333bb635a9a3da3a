internal import Statistics
internal import Verdict

extension ReportModel.Warning {
    /// Whether a reader must see it before the first figure.
    var isBanner: Bool {
        switch self {
        case .productionModels, .promptChanged, .noPairs, .comparingAgain: true
        case .untranslated, .estimatedRates, .schemaUnsupported, .other: false
        }
    }
}

/// Figures that follow from the model's own.
extension ReportModel {
    /// How many observations a gate's figure rests on.
    func observations(of gate: GateName) -> Int {
        switch gate {
        case .evidence, .reliability, .quality: look.quality.pairs
        case .noise: look.noise.controlPairs
        case .failureConcentration: look.quality.adjudicated
        case .latency: min(look.latency.production.samples, look.latency.candidate.samples)
        case .cost: look.cost.saving == nil ? 0 : min(spend.production.pricedCalls, spend.candidate.pricedCalls)
        }
    }

    /// A part of the comparable pairs with its Wilson interval (95 %, one look); nil without any.
    func share(of count: Int) -> Estimate? { ReportModel.share(of: count, in: agreement.comparable) }

    /// A part of some pairs with its Wilson interval (95 %, one look); nil without any.
    static func share(of count: Int, in pairs: Int) -> Estimate? {
        guard pairs > 0, count >= 0, count <= pairs else { return nil }
        return wilsonEstimate(successes: count, of: pairs)
    }
}
