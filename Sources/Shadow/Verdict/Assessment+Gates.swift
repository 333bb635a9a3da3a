import Statistics

extension Assessment {
    /// One gate's row: its numbers, threshold and status belong together.
    func gate(_ name: GateName) -> Gate {
        let margins = input.terms.margins
        let status = decisionInput.status(of: name)
        switch name {
        case .evidence:
            let lacking = decisionInput.shortfalls
            return Gate(
                name: name, status: status, estimate: Double(input.days), threshold: Double(input.terms.days), unit: .days,
                note: lacking.isEmpty ? nil : .lacking(lacking))
        case .reliability:
            return claimGate(
                name, shown.reliability, estimate: rates.failures.mean, threshold: margins.reliability, unit: .rateDifference)
        case .quality: return qualityGate
        case .noise:
            let have = counts.controls.pairs
            var gate = claimGate(
                name, shown.noise, estimate: noise.excess?.estimate, threshold: margins.noise, unit: .rateDifference,
                note: have < EvidenceNeeds.controlPairs ? .fewControls(have: have, need: EvidenceNeeds.controlPairs) : nil)
            gate.blocking = !basis.isAdjudicated
            return gate
        case .failureConcentration:
            let blocking = segments.filter(\.blocking).map(\.name)
            return Gate(
                name: name, status: status, estimate: counts.pairs > 0 ? Double(blocking.count) : nil, threshold: 0, unit: .segments,
                note: blocking.isEmpty ? nil : .blockingSegments(blocking))
        case .latency: return latencyGate
        case .cost:
            return Gate(
                name: name, status: status, estimate: cost.saving?.estimate, lower: cost.saving?.lower, upper: cost.saving?.upper,
                threshold: margins.saving, unit: .costShare, note: cost.saving == nil ? .noCosts : nil)
        }
    }

    private var qualityGate: Gate {
        let margin = input.terms.margins.quality
        if !basis.isAdjudicated {
            return claimGate(
                .quality, shown.disagreement, estimate: rates.disagreements.mean, threshold: margin, unit: .rate,
                note: .agreementOnly)
        }
        return claimGate(
            .quality, shown.quality, estimate: ledger.difference, threshold: -input.terms.qualityMargin, unit: .rateDifference,
            note: audit.status == .pass ? nil : .unauditedEquivalents(counts.unaudited))
    }

    private var latencyGate: Gate {
        let status = decisionInput.status(of: .latency)
        guard let ratio = decisiveRatio(latency.ratios) else {
            return Gate(name: .latency, status: status, threshold: input.terms.margins.latency.p95, unit: .ratio)
        }
        let unbounded = ratio.status == .open && ratio.upper == nil
        return Gate(
            name: .latency, status: status, estimate: ratio.estimate, lower: ratio.lower, upper: ratio.upper, threshold: ratio.limit,
            unit: .ratio,
            note: unbounded
                ? .latencyUnbounded(metric: ratio.metric, percentile: ratio.percentile)
                : .latency(metric: ratio.metric, percentile: ratio.percentile))
    }

    /// A gate on a mean. The estimate is kept within the limits: what all looks together rule out is not the best value.
    private func claimGate(
        _ name: GateName, _ latch: ClaimLatch, estimate: Double?, threshold: Double, unit: GateUnit, note: GateNote? = nil
    ) -> Gate {
        Gate(
            name: name, status: decisionInput.status(of: name), estimate: estimate.map { min(max($0, latch.lower), latch.upper) },
            lower: latch.lower, upper: latch.upper, threshold: threshold, unit: unit, note: note)
    }
}
