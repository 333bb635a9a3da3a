internal import JSON
public import Traffic

/// What a judge said once, in the order in which it was asked.
public struct JudgeReply: Sendable, Hashable {
    public var firstCorrect: Bool
    public var secondCorrect: Bool
    public var sameMeaning: Bool
    /// From the first answer to the second.
    public var difference: JudgedDifference

    /// The form that the reply must have, as a JSON Schema under which nothing else is one.
    static let schema: JSONValue = [
        "type": "object",
        "properties": [
            "first_correct": ["type": "boolean"], "second_correct": ["type": "boolean"], "same_meaning": ["type": "boolean"],
            "difference": ["type": "string", "enum": .array(JudgedDifference.allCases.map { .string($0.rawValue) })],
        ],
        "required": ["first_correct", "second_correct", "same_meaning", "difference"], "additionalProperties": false,
    ]

    /// Longer ones are no reply.
    private static let longest = 2_000

    /// Takes its parts as they are.
    public init(firstCorrect: Bool, secondCorrect: Bool, sameMeaning: Bool = false, difference: JudgedDifference = .meaning) {
        self.firstCorrect = firstCorrect
        self.secondCorrect = secondCorrect
        self.sameMeaning = sameMeaning
        self.difference = difference
    }

    /// Reads exactly the object that was asked for; anything more, less or else is malformed, a fenced object too.
    public init(_ text: String) throws(JudgeFault) {
        guard text.utf8.count <= JudgeReply.longest, let tree = try? JSONValue.parse(text, depthLimit: 4),
            let members = tree.objectValue, members.count == 4, let first = tree["first_correct"]?.boolValue,
            let second = tree["second_correct"]?.boolValue, let same = tree["same_meaning"]?.boolValue,
            let word = tree["difference"]?.stringValue, let difference = JudgedDifference(rawValue: word)
        else { throw .malformed }
        self.init(firstCorrect: first, secondCorrect: second, sameMeaning: same, difference: difference)
    }

    /// "The same" from a reply that does not contradict itself about it.
    var saysTheSame: Bool { sameMeaning && firstCorrect == secondCorrect && (difference == .none || difference == .style) }

    /// The same words about the two answers in the other order.
    var swapped: JudgeReply {
        let other: JudgedDifference =
            switch difference {
            case .omission: .addition
            case .addition: .omission
            case .none, .style, .contradiction, .meaning: difference
            }
        return JudgeReply(firstCorrect: secondCorrect, secondCorrect: firstCorrect, sameMeaning: sameMeaning, difference: other)
    }

    /// D as this reply predicts it, where the first answer is production's.
    var prediction: Int { (secondCorrect ? 1 : 0) - (firstCorrect ? 1 : 0) }
}
