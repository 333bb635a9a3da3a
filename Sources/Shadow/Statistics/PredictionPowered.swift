/// The mean of y from few labels and many predictions, with its interval (PPI++, Angelopoulos et al. 2311.01453). One look, never a gate.
///
/// `labels` and `predictions` belong to the labelled pairs, `unlabelled` are the predictions of the others; labelled at random.
/// `power` λ fixes the weight of the predictions, nil chooses the best one in [0, 1].
public func predictionPoweredMean(
    labels: [Double], predictions: [Double], unlabelled: [Double], power: Double? = nil, confidence: Double = 0.95
) -> Estimate {
    precondition(labels.count == predictions.count && !labels.isEmpty && !unlabelled.isEmpty, "labelled and unlabelled pairs are needed")
    let n = Double(labels.count)
    let others = Double(unlabelled.count)
    let weight = power ?? predictionPower(labels: labels, predictions: predictions, unlabelled: unlabelled)
    let residuals = zip(labels, predictions).map { $0 - weight * $1 }
    let estimate = weight * mean(unlabelled) + mean(residuals)
    let variance = weight * weight * populationVariance(unlabelled) / others + populationVariance(residuals) / n
    let half = normalHalfWidth(confidence) * variance.squareRoot()
    return Estimate(estimate, lower: estimate - half, upper: estimate + half)
}

/// λ = cov(y, f) / ((1 + n/N)·var f), within [0, 1]: the best weight of the predictions; 0 for constant ones.
public func predictionPower(labels: [Double], predictions: [Double], unlabelled: [Double]) -> Double {
    let n = Double(labels.count)
    let pooled = predictions + unlabelled
    let spread = populationVariance(pooled) * Double(pooled.count) / Double(pooled.count - 1)
    guard spread > 0 else { return 0 }
    let meanLabel = mean(labels)
    let meanPrediction = mean(predictions)
    let covariance = zip(labels, predictions).reduce(0) { $0 + ($1.0 - meanLabel) * ($1.1 - meanPrediction) } / n
    return min(max(covariance / ((1 + n / Double(unlabelled.count)) * spread), 0), 1)
}

func mean(_ values: [Double]) -> Double { values.reduce(0, +) / Double(values.count) }

/// Divides by n.
func populationVariance(_ values: [Double]) -> Double {
    let centre = mean(values)
    return values.reduce(0) { $0 + ($1 - centre) * ($1 - centre) } / Double(values.count)
}
