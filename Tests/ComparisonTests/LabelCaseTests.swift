import Comparison
import Configuration
import JSON
import Testing
import Traffic

let intents = ["card_arrival", "lost_or_stolen_card", "transfer_failed", "transfer", "other"]

func answer(_ text: String?, finish: String? = "stop") -> Leg { Leg(status: 200, output: text, finishReason: finish) }

func compared(
    _ production: Leg, _ candidate: Leg, control: Leg? = nil, labels: [String] = intents, gold: JSONValue? = nil,
    adjudication: Correctness? = nil, by: Adjudicator = .labels
) throws -> Finding {
    Comparator(CompareSettings(kind: .label, labels: labels)).compare(
        ComparedAnswers(production: production, candidate: candidate, control: control), label: gold, adjudication: adjudication,
        adjudicateBy: by)
}

/// Two answers and what their comparison must come to.
struct LabelCase: CustomTestStringConvertible {
    enum Outcome: Equatable {
        case identical
        case equivalent(EquivalenceRule)
        case different(FailureMode)
    }

    var production: String
    var candidate: String
    var outcome: Outcome
    /// The label that the candidate's answer is read as.
    var reads: String?
    var labels = intents

    var testDescription: String { "\(production) | \(candidate)" }

    init(_ production: String, _ candidate: String, _ outcome: Outcome, _ reads: String?, _ labels: [String] = intents) {
        self.production = production
        self.candidate = candidate
        self.outcome = outcome
        self.reads = reads
        self.labels = labels
    }
}

private let yesNo = ["Yes", "yes", "No"]
private let scores = ["-1", "0", "1", "1.5", "15"]
private let languages = ["c", "c#", "c++", "objective-c"]
private let german = ["Kündigung", "Störung", "Straße gesperrt", "Rückgabe"]
private let chinese = ["退款", "退款失败", "物流查询", "其他"]
private let japanese = ["返金", "配送状況", "パスワード再設定"]
private let arabic = ["استرداد", "شحن", "شكوى"]
private let hindi = ["धनवापसी", "शिकायत"]
private let greek = ["ΕΠΙΣΤΡΟΦΗ", "λογαριασμός"]
private let spaced = ["card arrival", "card", "Lost card"]
private let near = ["a-b", "a_b", "A.B"]

@Suite struct `Answers of a label workload` {
    static let cases: [LabelCase] = [
        // exactly a label
        .init("transfer", "transfer", .identical, "transfer"),
        .init("transfer", "transfer_failed", .different(.labelMismatch), "transfer_failed"),
        .init("yes", "Yes", .different(.labelMismatch), "Yes", yesNo),
        .init("a-b", "a_b", .different(.labelMismatch), "a_b", near),
        // white space
        .init("transfer", " transfer\n", .equivalent(.whitespace), "transfer"),
        .init("transfer", "\u{FEFF}transfer\u{200B}", .equivalent(.whitespace), "transfer"),
        .init("transfer", "\u{00A0}transfer\u{3000}", .equivalent(.whitespace), "transfer"),
        .init("card arrival", "card \n arrival", .equivalent(.whitespace), "card arrival", spaced),
        .init("yes", "yes\n", .equivalent(.whitespace), "yes", yesNo),
        .init("transfer\n", "transfer  ", .equivalent(.whitespace), "transfer"),
        // case
        .init("transfer", "Transfer", .equivalent(.case), "transfer"),
        .init("card_arrival", " CARD_ARRIVAL", .equivalent(.case), "card_arrival"),
        .init("Straße gesperrt", "STRASSE GESPERRT", .equivalent(.case), "Straße gesperrt", german),
        .init("Kündigung", "KÜNDIGUNG", .equivalent(.case), "Kündigung", german),
        .init("Rückgabe", "ru\u{0308}ckgabe", .equivalent(.case), "Rückgabe", german),
        .init("ΕΠΙΣΤΡΟΦΗ", "επιστροφη", .equivalent(.case), "ΕΠΙΣΤΡΟΦΗ", greek),
        .init("λογαριασμός", "ΛΟΓΑΡΙΑΣΜΌΣ", .equivalent(.case), "λογαριασμός", greek),
        .init("yes", "YES", .different(.unknownLabel), nil, yesNo),
        // Unicode: canonically equal texts are one text
        .init("Störung", "Sto\u{0308}rung", .identical, "Störung", german),
        // quotes and punctuation
        .init("transfer", "\"transfer\"", .equivalent(.punctuation), "transfer"),
        .init("transfer", "“Transfer.”", .equivalent(.punctuation), "transfer"),
        .init("transfer", "**transfer**", .equivalent(.punctuation), "transfer"),
        .init("transfer", "`transfer`", .equivalent(.punctuation), "transfer"),
        .init("card_arrival", "Card arrival", .equivalent(.punctuation), "card_arrival"),
        .init("card_arrival", "card-arrival!", .equivalent(.punctuation), "card_arrival"),
        .init("card_arrival", "card\\_arrival", .equivalent(.punctuation), "card_arrival"),
        .init("Störung", "«Störung»", .equivalent(.punctuation), "Störung", german),
        .init("退款", "「退款」。", .equivalent(.punctuation), "退款", chinese),
        .init("استرداد", "استرداد.", .equivalent(.punctuation), "استرداد", arabic),
        .init("शिकायत", "शिकायत।", .equivalent(.punctuation), "शिकायत", hindi),
        .init("transfer", "Transfer.", .equivalent(.punctuation), "transfer"),
        .init("a-b", "a b", .different(.unknownLabel), nil, near),
        .init("yes", "Yes.", .different(.labelMismatch), "Yes", yesNo),
        .init("Yes", "Yes.", .different(.verboseLabel), "Yes", yesNo),
        .init("Yes", "YES.", .different(.unknownLabel), nil, yesNo),
        .init("No", "no.", .equivalent(.punctuation), "No", yesNo),
        // signs that belong to the word
        .init("1", "-1", .different(.labelMismatch), "-1", scores),
        .init("-1", "-1.", .equivalent(.punctuation), "-1", scores),
        .init("-1", "(-1)", .equivalent(.punctuation), "-1", scores),
        .init("1.5", "1.5.", .equivalent(.punctuation), "1.5", scores),
        .init("15", "1,5", .different(.unknownLabel), nil, scores),
        .init("1", "-2", .different(.unknownLabel), nil, scores),
        .init("1", "rated -1 of 5", .different(.labelMismatch), "-1", scores),
        .init("15", "about 15.2", .different(.unknownLabel), nil, scores),
        .init("c", "C++ is meant", .different(.labelMismatch), "c++", languages),
        .init("transfer", "transfer: other", .different(.unknownLabel), nil),
        .init("c#", "C#", .equivalent(.case), "c#", languages),
        .init("c++", "C++.", .equivalent(.punctuation), "c++", languages),
        .init("c#", "c", .different(.labelMismatch), "c", languages),
        .init("objective-c", "Objective C", .equivalent(.punctuation), "objective-c", languages),
        // repairs: the same label buried
        .init("transfer", "```\ntransfer\n```", .different(.verboseLabel), "transfer"),
        .init("transfer", "```json\n{\"intent\": \"transfer\"}\n```\n", .different(.verboseLabel), "transfer"),
        .init("transfer", "{\"intent\": \"transfer\", \"confidence\": 0.9}", .different(.verboseLabel), "transfer"),
        .init("transfer", "[\"transfer\"]", .different(.verboseLabel), "transfer"),
        .init("card_arrival", "\"card\\u005farrival\"", .different(.verboseLabel), "card_arrival"),
        .init("transfer", "{\"label\": \"transfer\", \"not\": \"other\"}", .different(.verboseLabel), "transfer"),
        .init("1", "{\"score\": 1}", .different(.verboseLabel), "1", scores),
        .init("transfer", "Intent: transfer", .different(.verboseLabel), "transfer"),
        .init("transfer", "The intent is: \"Transfer\".", .different(.verboseLabel), "transfer"),
        .init("transfer", "Answer: Intent: transfer", .different(.verboseLabel), "transfer"),
        .init("transfer", "label = transfer", .different(.verboseLabel), "transfer"),
        .init("退款", "意图：退款", .different(.verboseLabel), "退款", chinese),
        .init("transfer", "I would say this is transfer, since money moves.", .different(.verboseLabel), "transfer"),
        .init("transfer", "TRANSFER is what they want", .different(.verboseLabel), "transfer"),
        .init("card arrival", "They ask about card arrival.", .different(.verboseLabel), "card arrival", spaced),
        .init("退款", "用户想要退款。", .different(.verboseLabel), "退款", chinese),
        .init("退款失败", "这是退款失败的问题", .different(.verboseLabel), "退款失败", chinese),
        .init("配送状況", "配送状況についての質問です", .different(.verboseLabel), "配送状況", japanese),
        .init("Kündigung", "Es geht um eine Kündigung.", .different(.verboseLabel), "Kündigung", german),
        .init("transfer", "transfer\n\nWait, let me reconsider: nothing else fits.", .different(.verboseLabel), "transfer"),
        // repairs: another label buried
        .init("transfer", "Intent: card_arrival", .different(.labelMismatch), "card_arrival"),
        .init("transfer", "{\"intent\": \"card_arrival\"}", .different(.labelMismatch), "card_arrival"),
        .init("transfer", "It is transfer_failed for sure", .different(.labelMismatch), "transfer_failed"),
        // no label, or more than one
        .init("transfer", "payment", .different(.unknownLabel), nil),
        .init("transfer", "transfers", .different(.unknownLabel), nil),
        .init("transfer", "transfer, card_arrival", .different(.unknownLabel), nil),
        .init("transfer", "transfer or card_arrival?", .different(.unknownLabel), nil),
        .init("transfer", "transfer\n\nWait, rather card_arrival.", .different(.unknownLabel), nil),
        .init("transfer", "{\"a\": \"transfer\", \"b\": \"other\"}", .different(.unknownLabel), nil),
        .init("transfer", "Bank transfers are untransferable", .different(.unknownLabel), nil),
        .init("transfer", "delete_account", .different(.unknownLabel), nil),
        .init("transfer", "{\"intent\": \"payment\", \"rather\": \"transfer\"}", .different(.unknownLabel), nil),
        .init("transfer", "{\"sure\": true, \"topic\": \"transfer\"}", .different(.verboseLabel), "transfer"),
        .init("transfer", "\"I think transfer\"", .different(.verboseLabel), "transfer"),
        .init("transfer", "?", .different(.unknownLabel), nil),
        .init("transfer", "{\"intent\": ", .different(.unknownLabel), nil),
        .init("शिकायत", "शिकायतकर्ता कौन है", .different(.unknownLabel), nil, hindi),
        // production is none
        .init("payment", "transfer", .different(.labelMismatch), "transfer"),
        .init("payment", "payment", .identical, nil),
        .init("payment", "Payment.", .equivalent(.punctuation), nil),
        .init("payment", "refund", .different(.unknownLabel), nil),
        .init("Intent: transfer", "transfer", .different(.verboseLabel), "transfer"),
        .init("It is transfer.", "It is transfer.", .identical, "transfer"),
        .init("It is transfer.", "That is transfer.", .different(.verboseLabel), "transfer"),
        // one form on both sides is the program's own
        .init("{\"intent\":\"transfer\",\"p\":0.9}", "{ \"intent\": \"transfer\", \"p\": 0.7 }", .identical, "transfer"),
        .init("{\"intent\":\"transfer\"}", "{\"intent\":\"Transfer\"}", .equivalent(.case), "transfer"),
        .init("{\"intent\":\"transfer\"}", "{\"intent\":\"other\"}", .different(.labelMismatch), "other"),
        .init("{\"intent\":\"transfer\"}", "{\"intent\":\"payment\"}", .different(.unknownLabel), nil),
        .init("{\"intent\":\"payment\"}", "{\"intent\":\"transfer\"}", .different(.labelMismatch), "transfer"),
        .init("{\"intent\":\"transfer\"}", "transfer", .different(.verboseLabel), "transfer"),
        .init("Intent: transfer", "Intent: other", .different(.labelMismatch), "other"),
        .init("```\ntransfer\n```", "```\ntransfer\n```\n", .identical, "transfer"),
        // another declared label, in every guise
        .init("card_arrival", "lost_or_stolen_card", .different(.labelMismatch), "lost_or_stolen_card"),
        .init("card_arrival", "Lost or stolen card.", .different(.labelMismatch), "lost_or_stolen_card"),
        .init("transfer_failed", "\"transfer\"", .different(.labelMismatch), "transfer"),
        .init("transfer", "Transfer failed", .different(.labelMismatch), "transfer_failed"),
        .init("transfer", "```json\n{\"label\": \"other\"}\n```", .different(.labelMismatch), "other"),
        .init("Kündigung", "Störung", .different(.labelMismatch), "Störung", german),
        .init("Rückgabe", "STRASSE GESPERRT", .different(.labelMismatch), "Straße gesperrt", german),
        .init("退款", "退款失败", .different(.labelMismatch), "退款失败", chinese),
        .init("退款失败", "「退款」", .different(.labelMismatch), "退款", chinese),
        .init("物流查询", "意图：其他", .different(.labelMismatch), "其他", chinese),
        .init("返金", "パスワード再設定", .different(.labelMismatch), "パスワード再設定", japanese),
        .init("返金", "これは配送状況です。", .different(.labelMismatch), "配送状況", japanese),
        .init("استرداد", "شكوى", .different(.labelMismatch), "شكوى", arabic),
        .init("धनवापसी", "शिकायत।", .different(.labelMismatch), "शिकायत", hindi),
        .init("ΕΠΙΣΤΡΟΦΗ", "Λογαριασμός", .different(.labelMismatch), "λογαριασμός", greek),
        .init("Lost card", "card", .different(.labelMismatch), "card", spaced),
        .init("c", "c#", .different(.labelMismatch), "c#", languages),
        .init("0", "-1", .different(.labelMismatch), "-1", scores),
        // the same label, said in sentences or in a document
        .init(
            "lost_or_stolen_card", "```json\n{\"category\": \"lost_or_stolen_card\"}\n```", .different(.verboseLabel), "lost_or_stolen_card"
        ),
        .init("Störung", "{\"klasse\": \"Störung\"}", .different(.verboseLabel), "Störung", german),
        .init("返金", "分類：返金", .different(.verboseLabel), "返金", japanese),
        .init("शिकायत", "उत्तर: शिकायत", .different(.verboseLabel), "शिकायत", hindi),
        .init("c++", "Language: C++", .different(.verboseLabel), "c++", languages),
        .init("Lost card", "Category -> Lost card", .different(.verboseLabel), "Lost card", spaced),
        // none of them
        .init("card_arrival", "card", .different(.unknownLabel), nil),
        .init("card_arrival", "arrival_card", .different(.unknownLabel), nil),
        .init("card_arrival", "card_arrivals", .different(.unknownLabel), nil),
        .init("transfer_failed", "failed", .different(.unknownLabel), nil),
        .init("transfer", "none", .different(.unknownLabel), nil),
        .init("transfer", "I cannot tell.", .different(.unknownLabel), nil),
        .init("Kündigung", "Kundigung", .different(.unknownLabel), nil, german),
        .init("Störung", "Stoerung", .different(.unknownLabel), nil, german),
        .init("退款", "退货", .different(.unknownLabel), nil, chinese),
        .init("返金", "返品", .different(.unknownLabel), nil, japanese),
        .init("استرداد", "إلغاء", .different(.unknownLabel), nil, arabic),
        .init("धनवापसी", "वापसी", .different(.unknownLabel), nil, hindi),
        .init("c++", "c+", .different(.unknownLabel), nil, languages),
        .init("1.5", "1.50", .different(.unknownLabel), nil, scores),
    ]

    @Test(arguments: cases)
    func `are compared`(_ item: LabelCase) throws {
        let finding = try compared(answer(item.production), answer(item.candidate), labels: item.labels)
        let outcome: LabelCase.Outcome =
            switch finding.agreement {
            case .identical: .identical
            case .equivalent: .equivalent(try #require(finding.equivalence))
            case .different: .different(try #require(finding.failureMode))
            case .incomparable: throw ComparedWrongly()
            }
        #expect(outcome == item.outcome, "\(finding)")
        #expect(finding.candidateLabel == item.reads)
        #expect((finding.agreement == .identical) == finding.differences.isEmpty)
        #expect((finding.agreement == .equivalent) == (finding.equivalence != nil))
        #expect((finding.agreement == .different) == (finding.failureMode != nil))
        #expect(finding.differences.allSatisfy { $0.productionValue != nil && $0.candidateValue != nil && $0.rule.hasPrefix("label.") })
        let isMode = finding.failureMode.map { mode in finding.differences.first?.kind == mode.rawValue } ?? true
        #expect(isMode, "the first difference is the mode's")
    }

    @Test func `show which modes are proven`() throws {
        var matrix: [FailureMode: (meant: Int, found: Int)] = [:]
        for item in Self.cases {
            guard case .different(let mode) = item.outcome else { continue }
            let finding = try compared(answer(item.production), answer(item.candidate), labels: item.labels)
            matrix[mode, default: (0, 0)].meant += 1
            if finding.failureMode == mode { matrix[mode, default: (0, 0)].found += 1 }
        }
        print("\(Self.cases.count) pairs of label answers; modes found as meant:")
        for (mode, count) in matrix.sorted(by: { $0.key.rawValue < $1.key.rawValue }) {
            print("  \(mode.rawValue): \(count.found) of \(count.meant)\(count.meant < 30 ? " (unproven)" : "")")
        }
        for mode in [FailureMode.labelMismatch, .unknownLabel, .verboseLabel] { #expect(matrix[mode]?.meant ?? 0 >= 30, "\(mode)") }
    }

    struct ComparedWrongly: Error {}

    @Test func `a repaired answer with another label keeps its format fault among the differences`() throws {
        let finding = try compared(answer("transfer"), answer("Intent: card_arrival"))
        #expect(finding.differences.map(\.kind) == ["label_mismatch", "verbose_label"])
        #expect(finding.differences.map(\.rule) == ["label.declared", "label.lead_in"])
        #expect(finding.differences[0].productionValue == "transfer" && finding.differences[0].candidateValue == "card_arrival")
        #expect(finding.differences[1].candidateValue == "Intent: card_arrival")
    }
}
