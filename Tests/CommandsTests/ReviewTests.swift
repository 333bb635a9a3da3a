import Report
import Storage
import Testing
import Traffic

@testable import Commands

/// Who stands where before a reviewer, and what their keys mean; no database.
@Suite struct ReviewTests {
    private static let moment = Timestamp("2026-11-16T08:00:00Z")!

    private func sheet(_ pair: Identifier, who: String) -> ReviewSheet {
        let call = Call(
            id: pair, workload: "w", source: .mirror, calledAt: Self.moment, path: "", request: [],
            production: Leg(status: 200, output: "production's"), controlRate: 0)
        let pair = Pair(
            id: pair, callID: call.id, trial: pair, workload: "w", candidate: Leg(status: 200, output: "the candidate's"), samplingRate: 1)
        return ReviewSheet(
            account: PairAccount(candidateName: "c", call: call, pair: pair, finding: nil),
            given: ReviewedPair(pair: pair.id, counts: true), who: who)
    }

    @Test func everyAnswerLandsOnTheModelWhoseItIs() {
        for number in 0..<100 {
            let sheet = sheet(Identifier(high: 7, low: UInt64(number)), who: "maria")
            let isCandidateLeft = sheet.left.output == "the candidate's"
            #expect(sheet.right.output == (isCandidateLeft ? "production's" : "the candidate's"))
            #expect(sheet.correctness(.left) == (isCandidateLeft ? .candidateOnly : .productionOnly))
            #expect(sheet.correctness(.right) == (isCandidateLeft ? .productionOnly : .candidateOnly))
            #expect(sheet.correctness(.both) == .both && sheet.correctness(.neither) == .neither)
            #expect(self.sheet(sheet.account.pair.id, who: "maria").left == sheet.left, "the same whenever it is asked")
        }
    }

    @Test func theSidesAreDrawnAnewForEveryPairAndEveryReviewer() {
        let pairs = (0..<10_000).map { Identifier(at: Self.moment.adding(seconds: Double($0))) }
        let maria = pairs.map { ReviewSheet.candidateStandsLeft($0, who: "maria") }
        let tom = pairs.map { ReviewSheet.candidateStandsLeft($0, who: "tom") }
        // Five standard deviations of a fair coin: 250.
        #expect((4_750...5_250).contains(maria.count { $0 }))
        #expect((4_750...5_250).contains(zip(maria, tom).count { $0 == $1 }))
        #expect((4_750...5_250).contains(zip(maria, maria.dropFirst()).count { $0 == $1 }))
    }

    @Test(arguments: [
        ("1", ReviewOrder.answer(.left)), ("right", .answer(.right)), ("B", .answer(.both)), ("neither", .answer(.neither)), ("s", .skip),
        ("u", .undo), ("quit", .quit), ("i", .showInput), ("l", .showLabels), ("m", .showMore), ("3", .unknown), ("", .unknown),
        ("12", .unknown), ("yes", .unknown),
    ])
    func keysAndWordsMeanTheSame(_ word: String, _ order: ReviewOrder) { #expect(ReviewOrder(word) == order) }
}
