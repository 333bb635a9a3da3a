internal import Statistics
internal import Verdict

/// Money that follows from the prices and the tokens of the answers, with 95 % limits for one look.
extension ReportModel.LegSpend {
    private static let confidence = 0.95

    /// Dollars for one token of each kind; nil where nothing is paid per token.
    var dollars: TokenSums.Tokens? {
        guard case .tokens(let input, let output, let cached, _) = price else { return nil }
        return TokenSums.Tokens(input: input / 1e6, cached: ((cached ?? input) - input) / 1e6, output: output / 1e6)
    }

    /// What a million tokens cost on the leg's own mix; nil where nothing is paid per token.
    var perMillionTokens: Estimate? {
        guard let dollars else { return nil }
        let all = TokenSums.Tokens(input: 1e-6, output: 1e-6)
        return tokens.ratio(dollars, to: all, confidence: Self.confidence)
    }

    /// What a case would cost as a batch job; nil without prices for it.
    var batchCase: Estimate? {
        guard case .tokens(_, _, _, let batch?) = price else { return nil }
        return mean(TokenSums.Tokens(input: batch.input / 1e6, output: batch.output / 1e6))
    }

    /// What the provider's cache saves a case; nil where cached tokens have no price of their own, or there were none.
    var cacheSaving: Estimate? {
        guard case .tokens(let input, _, let cached?, _) = price, tokens.linear.cached > 0 else { return nil }
        return mean(TokenSums.Tokens(cached: (input - cached) / 1e6))
    }

    /// Tokens that a case reads, and that it writes.
    var inputTokens: Estimate? { mean(TokenSums.Tokens(input: 1)) }
    var outputTokens: Estimate? { mean(TokenSums.Tokens(output: 1)) }

    /// The share of the tokens read that came from the cache; nil where none did.
    var cachedShare: Estimate? {
        guard tokens.linear.cached > 0 else { return nil }
        return tokens.ratio(TokenSums.Tokens(cached: 1), to: TokenSums.Tokens(input: 1), confidence: Self.confidence)
    }

    private func mean(_ weights: TokenSums.Tokens) -> Estimate? { tokens.mean(weights)?.interval(confidence: Self.confidence) }
}

extension ReportModel {
    /// Replicas by the hour where the busiest hour is served, not the mean one: what a month would cost; nil where the price is another or
    /// the shape of the day is not known.
    var peakCapacity: (replicas: Double, perMonth: Double)? {
        guard case .dedicated(_, let tokensPerDay, _) = spend.candidate.price, let hour = volume?.busiestHour, tokensPerDay > 0 else {
            return nil
        }
        var (replicas, perDay) = (0.0, 0.0)
        for region in look.cost.regions {
            guard let tokens = region.tokensPerDay, let charged = region.replicas else { return nil }
            let needed = max(charged, (tokens * hour.times / tokensPerDay).rounded(.up))
            replicas += needed
            perDay += needed * 24 * region.hourly
        }
        return look.cost.regions.isEmpty ? nil : (replicas, perDay * 365 / 12)
    }
}
