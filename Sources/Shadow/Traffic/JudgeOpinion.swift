/// How the candidate's answer differs from production's in the judge's eyes.
public enum JudgedDifference: String, Sendable, CaseIterable {
    /// Nothing that matters differs.
    case none
    /// Only wording, order or form.
    case style
    /// The candidate leaves out something that production says.
    case omission
    /// The candidate says something that production does not.
    case addition
    /// Both cannot be true.
    case contradiction
    /// Another meaning in another way.
    case meaning
}

/// What a judge model makes of a pair, from both orders of its answers. A prediction only: it never says who was right.
public struct JudgeOpinion: Sendable, Hashable {
    /// f: the predicted D, candidate right − production right, as the mean over both orders; −1…1.
    public var prediction: Double
    /// Both orders predict the same D.
    public var isOrderConsistent: Bool
    /// Both orders say that the two answers mean the same, and neither contradicts itself about it.
    public var sameMeaning: Bool
    /// How the candidate's answer differs, where both orders say so alike.
    public var difference: JudgedDifference?
    /// The first order, asked a second time, predicted the same D; nil where it was not asked twice.
    public var isRepeatConsistent: Bool?

    public init(
        prediction: Double, isOrderConsistent: Bool = true, sameMeaning: Bool = false, difference: JudgedDifference? = nil,
        isRepeatConsistent: Bool? = nil
    ) {
        self.prediction = prediction
        self.isOrderConsistent = isOrderConsistent
        self.sameMeaning = sameMeaning
        self.difference = difference
        self.isRepeatConsistent = isRepeatConsistent
    }
}

/// Why a judge's call, or in the end the whole pair, brought no opinion. The pair then counts with f = 0; never as a tie that was judged.
public enum JudgeFault: String, Error, Sendable, CaseIterable {
    /// What came is not the object that was asked for.
    case malformed
    /// The model would not say.
    case refused
    /// The answer was cut off, or longer than any opinion.
    case truncated
    case timeout
    case connectionFailed = "connection_failed"
    case rateLimited = "rate_limited"
    case serverError = "server_error"
    /// The address, the key or the model is refused.
    case denied
    /// The request itself is refused.
    case rejected
    /// Request and answers together are longer than is sent.
    case tooLarge = "too_large"
    /// The day's limit was reached.
    case budget
    /// No opinion came in time.
    case expired
}
