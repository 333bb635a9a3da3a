public import Traffic

/// One call to a judge about a pair, and what came of it.
public struct JudgedCall: Sendable, Hashable {
    public var ask: JudgeAsk
    public var result: Result<JudgeReply, JudgeFault>

    public init(_ ask: JudgeAsk, _ result: Result<JudgeReply, JudgeFault>) {
        self.ask = ask
        self.result = result
    }
}

/// How a pair is put to a judge: both orders, each until it answers or a few calls have failed.
public struct JudgeCase: Sendable, Hashable {
    /// Calls for one order.
    public static let callsPerOrder = 3
    /// Share of the pairs whose first order is asked a second time.
    public static let repeatShare = 0.05

    private static let draw = KeyedHash(key0: 0x6f6e_6365_206d_6f72, key1: 0x652c_2070_6c65_6173)

    /// Whether the first order is asked a second time.
    public var isAskedAgain: Bool
    /// What was asked so far, in any order.
    public var calls: [JudgedCall]

    /// The case of a pair: every worker draws alike whether to ask again.
    public init(of pair: Identifier, calls: [JudgedCall]) {
        self.init(isAskedAgain: JudgeCase.draw.fraction(Array(pair.description.utf8)) < JudgeCase.repeatShare, calls: calls)
    }

    public init(isAskedAgain: Bool, calls: [JudgedCall] = []) {
        self.isAskedAgain = isAskedAgain
        self.calls = calls
    }

    /// What is to be done.
    public enum Step: Sendable, Hashable {
        /// Ask; `attempt` counts the calls for this order from 1.
        case ask(JudgeAsk, attempt: Int)
        case settle(Result<JudgeOpinion, JudgeFault>)
    }

    /// Follows from the calls alone, so that whoever takes a case over goes on where it stood.
    public var next: Step {
        for ask in [JudgeAsk.productionFirst, .candidateFirst] where reply(to: ask) == nil {
            let faults = faults(of: ask)
            if let last = faults.last, last.isFinal || faults.count >= JudgeCase.callsPerOrder { return .settle(.failure(last)) }
            return .ask(ask, attempt: faults.count + 1)
        }
        // One call only: that it fails says nothing about the opinion.
        if isAskedAgain, !calls.contains(where: { $0.ask == .again }) { return .ask(.again, attempt: 1) }
        return .settle(.success(opinion))
    }

    private func reply(to ask: JudgeAsk) -> JudgeReply? {
        for call in calls where call.ask == ask {
            if case .success(let reply) = call.result { return reply }
        }
        return nil
    }

    private func faults(of ask: JudgeAsk) -> [JudgeFault] {
        calls.compactMap { call in
            if case .failure(let fault) = call.result, call.ask == ask { fault } else { nil }
        }
    }

    /// Both orders have answered.
    private var opinion: JudgeOpinion {
        guard let first = reply(to: .productionFirst), let second = reply(to: .candidateFirst)?.swapped else {
            preconditionFailure("an opinion needs both orders")
        }
        return JudgeOpinion(
            prediction: Double(first.prediction + second.prediction) / 2, isOrderConsistent: first.prediction == second.prediction,
            sameMeaning: first.saysTheSame && second.saysTheSame,
            difference: first.difference == second.difference ? first.difference : nil,
            isRepeatConsistent: reply(to: .again).map { $0.prediction == first.prediction })
    }
}

extension JudgeFault {
    /// Asking again would bring the same.
    public var isFinal: Bool {
        switch self {
        case .refused, .rejected, .tooLarge, .budget, .expired: true
        case .malformed, .truncated, .timeout, .connectionFailed, .rateLimited, .serverError, .denied: false
        }
    }
}
