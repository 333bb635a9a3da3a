import Traffic

extension TextCases {
    /// Refusals in prose, each beside an answer to the same request.
    static let refusals: [TextCase] = refusing.map { TextCase(answered, $0, .different(.refused), "text.refusal") }

    private static let answered = "Mix the two parts slowly, wait an hour, and test the result on a small spot first."

    static let refusing = [
        "I'm sorry, but I can't assist with that.", "I’m sorry, but I can’t help with that request.",
        "I cannot provide information on this topic.", "I am unable to fulfill this request.",
        "I'm not able to help with that. Is there anything else I can do for you?", "Sorry, I can't help you with that.",
        "As an AI language model, I cannot provide medical advice.", "As an AI, I don't have access to real-time data.",
        "I must decline to answer this question.", "Unfortunately, I am not able to generate that kind of content.",
        "I'm sorry. I can't comply with this request. If you have another question, please ask.",
        "The context does not name the king, so I cannot answer this question.",
        "I do not have access to your account, so please contact support.",
        "I won't provide instructions for that.", "I apologize, but I cannot complete this request.",
        "Es tut mir leid, aber dabei kann ich nicht helfen.", "Tut mir leid, ich kann diese Anfrage nicht bearbeiten.",
        "Ich kann Ihnen dabei leider nicht helfen.", "Je suis désolé, mais je ne peux pas répondre à cette question.",
        "Désolé, je ne peux pas vous aider avec cela.", "Lo siento, pero no puedo ayudarte con eso.",
        "No puedo proporcionar información sobre ese tema.", "Mi dispiace, ma non posso aiutarti con questo.",
        "Desculpe, mas não posso ajudar com isso.", "Het spijt me, maar daar kan ik niet mee helpen.",
        "Przepraszam, ale nie mogę pomóc w tej sprawie.", "Извините, но я не могу помочь с этим.",
        "К сожалению, я не могу ответить на этот вопрос.",
        "抱歉，我无法协助完成这个请求。", "很抱歉，我不能提供这类信息。", "申し訳ありませんが、そのご要望にはお応えできません。",
        "죄송하지만 그 요청은 도와드릴 수 없습니다.", "عذرًا، لا يمكنني المساعدة في هذا الطلب.", "क्षमा करें, मैं इसमें आपकी मदद नहीं कर सकता।",
        "Üzgünüm, bu konuda yardımcı olamam.",
    ]

    /// Answers with a refusal's words that are none.
    static let notRefusing = [
        "I can't recommend it enough: the soup alone is worth the trip.", "I can't help but smile when I read it.",
        "I cannot stress enough how important backups are.", "I can't wait to see the finished garden.",
        "\"I'm sorry, but I can't assist with that\" is what the bot answered.",
        "The assistant replied: I'm sorry, but I can't assist with that.",
        "Dear Tom,\nI'm sorry, but I can't make it to the meeting on Friday.\nBest, Ann",
        "I'm sorry, but I can't attend the dinner tomorrow.", "Unfortunately, I cannot come to your birthday.",
        "I can't give medical advice, but a cold usually lasts about a week.",
        "I cannot provide legal advice. However, the usual notice period is three months.",
        "You cannot provide information about others without their consent.", "We cannot assist customers outside the country.",
        "Yes, it can't assist with that, but the other tool can.", "I am unable to sleep when the moon is full.",
        "The program is unable to process your request because the disk is full.",
        "Sorry to hear that. Restart the router and try again.", "I'm sorry for the delay. Your parcel arrives tomorrow.",
        "I won't lie: the first chapter is slow.", "As an AI researcher, I can't overstate the role of data.",
        "A refusal reads like this:\n> I'm sorry, but I can't help with that.",
        "Es tut mir leid, aber ich kann morgen nicht kommen.", "Leider kann ich am Samstag nicht zum Essen kommen.",
        "Je ne peux pas m'empêcher de sourire.", "Lo siento, pero no puedo ir a la fiesta.", "Mi dispiace, non posso venire domani.",
        "申し訳ありませんが、明日の会議には出席できません。", "죄송하지만 내일 회의에는 참석하기 어렵습니다.", "对不起，我明天不能来开会。",
        "Извините, я не могу прийти завтра.", "Przepraszam, ale nie mogę jutro przyjść.",
        "I can't believe how quickly it grew.",
    ]
}
