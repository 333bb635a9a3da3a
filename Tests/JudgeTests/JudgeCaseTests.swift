import Testing
import Traffic

@testable import Judge

@Suite struct `A judge's reply` {
    @Test func `is read from exactly the object that was asked for`() throws {
        let reply = try JudgeReply(
            " {\"first_correct\": true, \"second_correct\": false,\n\"same_meaning\": false, \"difference\": \"contradiction\"}\n")
        #expect(reply == JudgeReply(firstCorrect: true, secondCorrect: false, difference: .contradiction))
        // The order of the members is free.
        #expect(
            try JudgeReply("{\"difference\":\"style\",\"same_meaning\":true,\"second_correct\":true,\"first_correct\":true}").saysTheSame)
    }

    @Test(arguments: [
        "", "true", "[]", "null", "answer_2", "{}",
        "```json\n{\"first_correct\":true,\"second_correct\":false,\"same_meaning\":false,\"difference\":\"none\"}\n```",
        "Here: {\"first_correct\":true,\"second_correct\":false,\"same_meaning\":false,\"difference\":\"none\"}",
        "{\"first_correct\":true,\"second_correct\":false,\"same_meaning\":false,\"difference\":\"none\"} done",
        "{\"first_correct\":true,\"second_correct\":false,\"same_meaning\":false}",
        "{\"first_correct\":true,\"second_correct\":false,\"same_meaning\":false,\"difference\":\"none\",\"reason\":\"x\"}",
        "{\"first_correct\":1,\"second_correct\":0,\"same_meaning\":false,\"difference\":\"none\"}",
        "{\"first_correct\":\"true\",\"second_correct\":\"false\",\"same_meaning\":\"false\",\"difference\":\"none\"}",
        "{\"first_correct\":null,\"second_correct\":false,\"same_meaning\":false,\"difference\":\"none\"}",
        "{\"first_correct\":true,\"first_correct\":false,\"same_meaning\":false,\"difference\":\"none\"}",
        "{\"first_correct\":true,\"second_correct\":false,\"same_meaning\":false,\"difference\":\"tie\"}",
        "{\"first_correct\":true,\"second_correct\":false,\"same_meaning\":false,\"difference\":\"None\"}",
        "{\"first_correct\":true,\"second_correct\":false,\"same_meaning\":false,\"difference\":\"none\"}"
            + String(repeating: " ", count: 3000),
        "{\"first_correct\":true,\"second_correct\":false,\"same_meaning\":false,\"difference\":[\"none\"]}",
        "{\"first_correct\":true,\"second_correct\":false,\"same_meaning\":false,\"difference\":\"none\"",
    ])
    func `is malformed in any other form, and never a tie`(_ text: String) {
        #expect(throws: JudgeFault.malformed) { try JudgeReply(text) }
    }

    @Test func `says the same only where it does not contradict itself`() {
        func reply(_ first: Bool, _ second: Bool, _ same: Bool, _ difference: JudgedDifference) -> Bool {
            JudgeReply(firstCorrect: first, secondCorrect: second, sameMeaning: same, difference: difference).saysTheSame
        }
        #expect(reply(true, true, true, .none) && reply(false, false, true, .style))
        #expect(!reply(true, true, false, .none) && !reply(true, false, true, .none))
        for difference in [JudgedDifference.omission, .addition, .contradiction, .meaning] { #expect(!reply(true, true, true, difference)) }
    }
}

@Suite struct `A pair put to a judge` {
    private let right = JudgeReply(firstCorrect: true, secondCorrect: false, difference: .contradiction)

    private func steps(asksAgain: Bool = false, _ answer: (JudgeAsk, Int) -> Result<JudgeReply, JudgeFault>) -> (
        asked: [JudgeAsk], result: Result<JudgeOpinion, JudgeFault>
    ) {
        var judged = JudgeCase(isAskedAgain: asksAgain)
        while true {
            switch judged.next {
            case .ask(let ask, let attempt): judged.calls.append(JudgedCall(ask, answer(ask, attempt)))
            case .settle(let result): return (judged.calls.map(\.ask), result)
            }
        }
    }

    @Test func `is asked in both orders and settled by their mean`() throws {
        let table: [(Int, Int, Double, Bool)] = [
            (1, 1, 1, true), (-1, -1, -1, true), (0, 0, 0, true), (1, -1, 0, false), (1, 0, 0.5, false), (-1, 0, -0.5, false),
        ]
        func reply(_ difference: Int) -> JudgeReply { JudgeReply(firstCorrect: difference < 0, secondCorrect: difference > 0) }
        for (first, second, mean, consistent) in table {
            let (asked, result) = steps { ask, _ in
                .success(ask == .productionFirst ? reply(first) : reply(second).swapped)
            }
            #expect(asked == [.productionFirst, .candidateFirst])
            let opinion = try result.get()
            #expect(opinion.prediction == mean && opinion.isOrderConsistent == consistent && opinion.isRepeatConsistent == nil)
        }
    }

    @Test func `a judge that always prefers what stands first predicts nothing`() throws {
        let opinion = try steps { _, _ in .success(right) }.result.get()
        #expect(opinion.prediction == 0)
        #expect(!opinion.isOrderConsistent && !opinion.sameMeaning)
    }

    @Test func `means the same only where both orders say so`() throws {
        let same = JudgeReply(firstCorrect: true, secondCorrect: true, sameMeaning: true, difference: .style)
        #expect(try steps { _, _ in .success(same) }.result.get().sameMeaning)
        #expect(try !steps { ask, _ in .success(ask == .productionFirst ? same : right) }.result.get().sameMeaning)
        #expect(try !steps { ask, _ in .success(ask == .candidateFirst ? same : right) }.result.get().sameMeaning)
    }

    @Test func `names a difference where both orders do, seen from production's answer`() throws {
        let lacks = JudgeReply(firstCorrect: true, secondCorrect: false, difference: .omission)
        #expect(try steps { ask, _ in .success(ask == .productionFirst ? lacks : lacks.swapped) }.result.get().difference == .omission)
        // In both orders the second answer lacks something: the two contradict each other.
        #expect(try steps { _, _ in .success(lacks) }.result.get().difference == nil)
    }

    @Test func `is asked three times for an order at most`() {
        for fault in [JudgeFault.malformed, .timeout, .rateLimited, .serverError, .connectionFailed, .truncated, .denied] {
            let (asked, result) = steps { ask, _ in ask == .candidateFirst ? .failure(fault) : .success(right) }
            #expect(asked == [.productionFirst, .candidateFirst, .candidateFirst, .candidateFirst])
            #expect(result == .failure(fault))
        }
        let (asked, result) = steps { ask, attempt in attempt < 3 ? .failure(.malformed) : .success(right) }
        #expect(asked.count == 6)
        #expect((try? result.get()) != nil)
    }

    @Test func `is given up at once where asking again would bring the same`() {
        for fault in [JudgeFault.refused, .rejected, .tooLarge, .budget, .expired] {
            let (asked, result) = steps { _, _ in .failure(fault) }
            #expect(asked == [.productionFirst])
            #expect(result == .failure(fault))
        }
    }

    @Test func `of a share is asked in the same order again, and the opinion does not hang on it`() throws {
        let wrong = JudgeReply(firstCorrect: false, secondCorrect: true)
        let (asked, same) = steps(asksAgain: true) { ask, _ in .success(ask == .candidateFirst ? right.swapped : right) }
        #expect(asked == [.productionFirst, .candidateFirst, .again])
        #expect(try same.get().isRepeatConsistent == true)
        let flipped = try steps(asksAgain: true) { ask, _ in
            .success(ask == .again ? wrong : ask == .candidateFirst ? right.swapped : right)
        }.result.get()
        #expect(flipped.isRepeatConsistent == false)
        #expect(flipped.prediction == -1 && flipped.isOrderConsistent)
        let failed = try steps(asksAgain: true) { ask, _ in ask == .again ? .failure(.timeout) : .success(right) }.result.get()
        #expect(failed.isRepeatConsistent == nil)
    }
}
