/// How models refuse, in small letters. The lists are short on purpose: a phrase stands here only where an answer that begins with
/// it cannot well be anything else.
enum ProseRefusalPhrases {
    /// Sentences that may stand before a refusal.
    static let preambles = [
        "i'm sorry", "i am sorry", "i'm really sorry", "sorry", "i apologize", "i apologise", "thank you for", "thanks for", "i understand",
        "i appreciate", "unfortunately", "es tut mir leid", "tut mir leid", "entschuldigung", "je suis désolé", "désolé", "lo siento",
        "mi dispiace", "desculpe", "sinto muito", "het spijt me", "przepraszam", "przykro mi", "извините", "к сожалению", "很抱歉", "抱歉",
        "对不起", "對不起", "申し訳", "すみません", "죄송", "عذر", "آسف", "أعتذر", "क्षमा करें", "माफ़ करें", "üzgünüm", "özür dilerim",
    ]

    /// What may stand before the refusal in its sentence.
    static let openings = [
        "i'm sorry, but", "i am sorry, but", "i'm sorry but", "i am sorry but", "i'm really sorry, but", "i'm sorry,", "i am sorry,",
        "sorry, but",
        "sorry,", "i apologize, but", "i apologise, but", "my apologies, but", "unfortunately,", "unfortunately", "i'm afraid that",
        "i'm afraid",
        "i am afraid", "i understand, but", "as an ai language model,", "as an ai language model", "as an artificial intelligence,",
        "as an ai assistant,", "as an ai assistant", "as an ai,", "as an ai", "as a large language model,", "as a language model,",
        "however,",
    ]

    static let inabilities = [
        "i can't ", "i cannot ", "i can not ", "i am unable to ", "i'm unable to ", "i am not able to ", "i'm not able to ",
        "i won't be able to ",
        "i will not be able to ", "i won't ", "i will not ", "i'm not allowed to ", "i am not allowed to ", "i'm not programmed to ",
        "i am not programmed to ", "i'm not comfortable ", "i must decline to ", "i have to decline to ",
        "i am not trained to ", "i'm not trained to ",
    ]

    /// Acts that say by themselves that the request is refused.
    static let acts = [
        "assist", "help you with that", "help you with this", "help with that", "help with this", "help with your request",
        "help you with your request", "help you with the request", "fulfill", "fulfil ", "comply with", "provide information",
        "provide any information",
        "provide instructions", "provide assistance", "provide guidance", "provide advice", "provide medical", "provide legal",
        "provide financial", "provide personal", "provide that", "provide this", "provide you with that", "provide you with this",
        "provide you with information", "provide you with instructions", "provide details", "provide a response", "provide responses",
        "provide content", "provide the requested", "provide any assistance", "provide such", "answer that", "answer this",
        "answer your question",
        "answer the question", "complete this request", "complete that request", "complete your request", "process your request",
        "process this request", "generate ", "generating ", "engage in", "engaging in", "participate in that", "participate in this",
        "discuss that", "discuss this", "respond to that", "respond to this", "respond to your", "continue with this request",
        "write that", "create content", "creating content", "produce content", "offer assistance", "respond to or provide",
        "access real-time",
        "access the internet",
        "browse the internet", "browse the web", "open links", "view images", "see images", "access external", "access personal", "do that",
        "in good conscience", "advise on this", "help someone", "promote", "endorse",
    ]

    /// Acts that refuse where an apology or a disclaimer stands before.
    static let actsAfterOpening = [
        "write ", "create ", "provide you with ", "help you ", "tell you how", "give you instructions", "give you information",
        "give medical",
        "give legal", "give financial", "give advice", "share information", "share that", "share instructions", "access ", "browse ",
        "predict ",
        "express ", "have personal", "have feelings", "have opinions", "answer ", "do this", "recommend specific", "support ",
        "describe how",
        "explain how to", "translate this", "provide real-time", "provide current", "provide up-to-date", "provide specific",
    ]

    /// What refuses wherever it stands in a sentence.
    static let within = [
        "so i cannot answer this question", "so i can't answer this question", "cannot answer this question from the provided context",
        "can't answer this question from the provided context",
    ]

    /// Beginnings that refuse as they stand.
    static let whole = [
        "i must decline", "i must respectfully decline", "i respectfully decline", "i have to decline", "i decline to",
        "i cannot in good conscience",
        "i do not have access to real-time", "i don't have access to real-time", "i do not have access to your",
        "i don't have access to your",
        "i do not have access to the internet", "i don't have access to the internet", "i do not have access to personal",
        "i don't have access to personal", "i do not have access to current", "i don't have access to current",
        "i do not have access to external",
        "i don't have access to external", "i do not have access to any", "i don't have access to any",
        "i do not have access to the context", "i do not have the ability to",
        "i don't have the ability to",
        "i don't have the capability to", "i do not have the capability to", "i don't have personal", "i do not have personal",
        "it is against my", "it's against my", "this goes against my", "that goes against my", "your request goes against",
        "it would be inappropriate for me to", "it is not appropriate for me to", "it's not appropriate for me to", "i'm just an ai",
        "i am just an ai",
        "i'm not in a position to help with", "i can't help with that", "i cannot help with that",
    ]

    /// Elsewhere: a beginning of one list with words of the other behind it.
    static let elsewhere: [(beginnings: [String], acts: [String])] = [
        (  // German
            ["es tut mir leid", "tut mir leid", "leider kann ich", "ich kann", "dabei kann ich", "entschuldigung", "als ki"],
            [
                "dabei nicht helfen", "dabei leider nicht helfen", "damit nicht helfen", "dabei nicht weiterhelfen",
                "dabei nicht unterstützen",
                "dabei kann ich nicht", "dabei kann ich leider nicht", "dabei kann ich ihnen", "dabei kann ich dir", "anfrage nicht",
                "anfrage leider nicht",
                "frage nicht beantworten", "frage leider nicht beantworten", "keine anleitung", "keine informationen dazu",
                "keine medizinische",
                "keine rechtsberatung", "keine rechtliche", "solche inhalte", "keine inhalte",
            ]
        ),
        (  // French
            ["je suis désolé", "désolé", "je ne peux pas", "malheureusement", "en tant qu", "je ne suis pas en mesure", "je regrette"],
            [
                "vous aider avec", "vous aider à ce", "vous aider sur ce", "t'aider avec", "répondre à cette", "répondre à votre",
                "répondre à ta",
                "fournir d", "fournir de", "satisfaire cette", "satisfaire votre", "traiter cette demande", "accéder à cette demande",
                "générer",
            ]
        ),
        (  // Spanish
            ["lo siento", "no puedo", "lamentablemente", "como modelo de lenguaje", "como ia"],
            [
                "ayudarte con es", "ayudarle con es", "ayudar con es", "ayudarte con tu solicitud", "cumplir con es", "responder a es",
                "proporcionar información", "proporcionar instrucciones", "proporcionar es", "proporcionar asesoramiento",
                "generar contenido",
                "ofrecer consejo",
            ]
        ),
        (  // Italian
            ["mi dispiace", "non posso", "purtroppo non posso", "come modello linguistico", "non sono in grado"],
            [
                "aiutarti con quest", "aiutarla con quest", "aiutare con quest", "aiutarti in quest", "fornire informazioni",
                "fornire istruzioni",
                "fornire consigli", "rispondere a quest", "soddisfare quest", "generare contenuti",
            ]
        ),
        (  // Portuguese
            ["desculpe", "sinto muito", "lamento", "não posso", "infelizmente", "como modelo de linguagem", "não consigo"],
            [
                "ajudar com isso", "ajudar com ess", "ajudá-lo com ess", "ajudar nesse", "fornecer informações", "fornecer instruções",
                "fornecer conselhos", "responder a ess", "atender a ess", "gerar conteúdo",
            ]
        ),
        (  // Dutch
            ["het spijt me", "sorry, maar ik kan", "ik kan", "helaas kan ik", "daar kan ik"],
            [
                "niet mee helpen", "niet helpen met dit", "niet helpen met deze", "niet helpen met die", "verzoek niet",
                "geen informatie geven over", "geen instructies",
            ]
        ),
        (  // Polish
            ["przepraszam", "przykro mi", "niestety", "nie mogę"],
            [
                "pomóc w tej", "pomóc w tym", "pomóc z tym", "spełnić tej prośby", "odpowiedzieć na to pytanie",
                "udzielić informacji na ten", "udzielić porady",
            ]
        ),
        (  // Russian and Ukrainian
            ["извините", "к сожалению", "я не могу", "прошу прощения", "вибачте", "на жаль", "я не можу"],
            [
                "помочь с этим", "помочь вам с этим", "помочь в этом", "ответить на этот вопрос", "выполнить этот запрос",
                "выполнить эту просьбу",
                "выполнить ваш запрос", "предоставить информацию", "предоставить инструкции", "давать медицинские", "допомогти з цим",
                "відповісти на це", "виконати цей запит",
            ]
        ),
        (  // Chinese
            ["抱歉", "很抱歉", "对不起", "對不起", "我无法", "我不能", "作为人工智能", "作为ai", "作为一个人工智能", "作为一个ai"],
            [
                "无法协助", "不能协助", "无法提供", "不能提供", "无法回答", "不能回答", "无法满足", "不能满足", "无法帮助你", "无法帮助您", "无法完成这个请求",
                "無法協助", "無法提供", "無法回答",
            ]
        ),
        (  // Japanese
            ["申し訳", "すみませんが", "恐れ入りますが", "そのご質問", "その質問", "ご要望"],
            [
                "お手伝いできません", "お手伝いすることはできません", "お答えできません", "お答えすることはできません", "お応えできません", "ご要望には対応できません",
                "情報を提供することはできません", "ご提供できません",
            ]
        ),
        (  // Korean
            ["죄송", "저는", "해당 요청", "그 요청", "이 요청"],
            ["도와드릴 수 없", "도움을 드릴 수 없", "답변드릴 수 없", "답변할 수 없", "정보를 제공할 수 없", "제공해 드릴 수 없", "요청을 수행할 수 없"]
        ),
        (  // Arabic
            ["عذر", "آسف", "أنا آسف", "أعتذر", "لا يمكنني", "لا أستطيع", "للأسف"],
            [
                "المساعدة في هذا", "المساعدة في ذلك", "مساعدتك في هذا", "مساعدتك في ذلك", "الإجابة على هذا", "الإجابة عن هذا",
                "تقديم معلومات", "تنفيذ هذا الطلب", "تلبية هذا الطلب",
            ]
        ),
        (  // Hindi
            ["क्षमा करें", "माफ़ करें", "माफ कीजिए", "मुझे खेद है", "मैं"],
            ["इसमें आपकी मदद नहीं कर", "इसमें मदद नहीं कर", "इस अनुरोध को पूरा नहीं कर", "इस सवाल का जवाब नहीं दे", "यह जानकारी नहीं दे", "इस प्रश्न का उत्तर नहीं दे"]
        ),
        (  // Turkish
            ["üzgünüm", "özür dilerim", "maalesef", "bu konuda", "bu isteği"],
            [
                "bu konuda yardımcı olamam", "konuda size yardımcı olamam", "isteği yerine getiremem", "isteğinizi yerine getiremem",
                "bu soruya cevap veremem",
            ]
        ),
    ]

    /// What leads from a disclaimer to an answer all the same.
    static let turns = [
        " but ", "however", "that said", "in general", "generally", "nevertheless", "still,", " aber ", "jedoch", " mais ", "cependant",
    ]

    /// What goes on refusing: an offer, or advice to ask elsewhere.
    static let offers = [
        "i can", "i'd", "i would", "i'm ", "i am ", "if you", "if there", "please", "feel free", "let me", "would you", "you can",
        "you may", "you could",
        "there are", "it's important", "it is important", "ich kann", "je peux",
    ]
}
