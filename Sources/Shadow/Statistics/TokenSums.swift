/// Sums over the tokens of a model's answers, from which the mean cost of a case follows at any prices, with its limits.
///
/// x are the tokens read, z those of them from the provider's cache, y those written, each answer with its sampling weight w.
public struct TokenSums: Sendable, Hashable {
    /// Answers whose tokens are known.
    public var count: Int
    /// Of `count`: the tokens are our estimate.
    public var estimated: Int
    /// Σw and Σw².
    public var weight: Double
    public var weightSquares: Double
    /// Σwx, Σwz and Σwy.
    public var linear: Tokens
    /// Σw²x, Σw²z and Σw²y.
    public var weighted: Tokens
    /// Σw²x², Σw²z² and Σw²y².
    public var squares: Tokens
    /// Σw²xz, Σw²xy and Σw²zy.
    public var inputCached: Double
    public var inputOutput: Double
    public var cachedOutput: Double

    /// A number for each kind of token: counts, or their weights in a sum.
    public struct Tokens: Sendable, Hashable {
        /// Read.
        public var input: Double
        /// Of them from the provider's cache.
        public var cached: Double
        /// Written.
        public var output: Double

        /// From its three numbers.
        public init(input: Double = 0, cached: Double = 0, output: Double = 0) {
            self.input = input
            self.cached = cached
            self.output = output
        }
    }

    /// Sums as they were stored; all zero by default.
    public init(
        count: Int = 0, estimated: Int = 0, weight: Double = 0, weightSquares: Double = 0, linear: Tokens = Tokens(),
        weighted: Tokens = Tokens(), squares: Tokens = Tokens(), inputCached: Double = 0, inputOutput: Double = 0, cachedOutput: Double = 0
    ) {
        self.count = count
        self.estimated = estimated
        self.weight = weight
        self.weightSquares = weightSquares
        self.linear = linear
        self.weighted = weighted
        self.squares = squares
        self.inputCached = inputCached
        self.inputOutput = inputOutput
        self.cachedOutput = cachedOutput
    }

    /// Counts one answer's tokens.
    public mutating func add(_ tokens: Tokens, weight w: Double = 1, estimated isEstimated: Bool = false) {
        let (x, z, y, ww) = (tokens.input, tokens.cached, tokens.output, w * w)
        count += 1
        if isEstimated { estimated += 1 }
        weight += w
        weightSquares += ww
        linear = Tokens(input: linear.input + w * x, cached: linear.cached + w * z, output: linear.output + w * y)
        weighted = Tokens(input: weighted.input + ww * x, cached: weighted.cached + ww * z, output: weighted.output + ww * y)
        squares = Tokens(input: squares.input + ww * x * x, cached: squares.cached + ww * z * z, output: squares.output + ww * y * y)
        inputCached += ww * x * z
        inputOutput += ww * x * y
        cachedOutput += ww * z * y
    }

    /// The mean of a·x + c·z + b·y, where `a` holds the three weights; nil without answers.
    public func mean(_ a: Tokens) -> WeightedMean? {
        let cross = a.input * a.cached * inputCached + a.input * a.output * inputOutput + a.cached * a.output * cachedOutput
        let own = a.input * a.input * squares.input + a.cached * a.cached * squares.cached + a.output * a.output * squares.output
        return hajekMean(
            count: count, weight: weight, weightSquares: weightSquares, sum: total(a, of: linear), sumSquares: own + 2 * cross,
            sumWeightSquares: total(a, of: weighted))
    }

    /// One such sum divided by another, by the delta method; nil where the second is nothing or there is too little for limits.
    public func ratio(_ above: Tokens, to below: Tokens, confidence: Double) -> Estimate? {
        let (numerator, denominator) = (total(above, of: linear), total(below, of: linear))
        guard denominator > 0 else { return nil }
        let ratio = numerator / denominator
        let residual = Tokens(
            input: above.input - ratio * below.input, cached: above.cached - ratio * below.cached,
            output: above.output - ratio * below.output)
        guard let error = mean(residual)?.interval(confidence: confidence) else { return nil }
        let half = (error.upper - error.lower) / 2 * weight / denominator
        return Estimate(ratio, lower: ratio - half, upper: ratio + half)
    }

    private func total(_ a: Tokens, of sums: Tokens) -> Double { a.input * sums.input + a.cached * sums.cached + a.output * sums.output }
}
