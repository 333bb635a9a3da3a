import Glibc

/// Sums over paired costs from which the saving and its interval follow without the single costs.
///
/// With sampling weights w the ratio is Σwc/Σwp and its residuals are w(c − Rp), so the squares carry w².
public struct PairedCostSums: Sendable, Hashable {
    /// Pairs.
    public var count: Int
    /// Σw.
    public var weight: Double
    /// Σwc over the candidate's costs.
    public var candidate: Double
    /// Σwp over production's costs.
    public var production: Double
    /// Σw²c².
    public var candidateSquares: Double
    /// Σw²p².
    public var productionSquares: Double
    /// Σw²cp.
    public var products: Double

    /// Sums as they were stored; all zero by default.
    public init(
        count: Int = 0, weight: Double = 0, candidate: Double = 0, production: Double = 0, candidateSquares: Double = 0,
        productionSquares: Double = 0, products: Double = 0
    ) {
        self.count = count
        self.weight = weight
        self.candidate = candidate
        self.production = production
        self.candidateSquares = candidateSquares
        self.productionSquares = productionSquares
        self.products = products
    }
}
