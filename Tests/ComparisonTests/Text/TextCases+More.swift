import Traffic

extension TextCases {
    /// Written after the comparison was, and met by it but for three of them at first.
    static let more: [TextCase] = [
        .init("The warranty lasts 24 months.", "The warranty lasts 12 months.", .different(.contradiction)),
        .init("You need to be 18 or older to apply.", "You need to be 21 or older to apply.", .different(.contradiction)),
        .init("No, the museum is closed on Mondays.", "Yes, the museum is open on Mondays.", .different(.contradiction)),
        .init("The parcel was sent from Hamburg yesterday.", "The parcel was sent from Bremen yesterday.", .different(.contradiction)),
        .init("Add 200 g of sugar to the bowl.", "Add 200 ml of sugar to the bowl.", .different(.contradiction)),
        .init("Mix it with hot water.", "Mix it with cold water.", .different(.contradiction)),
        .init("I would not recommend this plan.", "I would recommend this plan.", .different(.contradiction)),
        .init("Der Zug hält in Köln.", "Der Zug hält nicht in Köln.", .different(.contradiction)),
        .init("Die Firma wurde 1987 gegründet.", "Die Firma wurde 1978 gegründet.", .different(.contradiction)),
        .init("Il reste 15 places.", "Il reste 50 places.", .different(.contradiction)),
        .init("Vous avez droit à un remboursement.", "Vous n'avez pas droit à un remboursement.", .different(.contradiction)),
        .init("La clase empieza a las 9:00.", "La clase empieza a las 10:00.", .different(.contradiction)),
        .init("No está permitido fumar aquí.", "Está permitido fumar aquí.", .different(.contradiction)),
        .init("Spotkanie jest 12 maja.", "Spotkanie jest 21 maja.", .different(.contradiction)),
        .init("Лекарство принимают до еды.", "Лекарство принимают после еды.", .different(.contradiction)),
        .init("Температура выше нормы.", "Температура ниже нормы.", .different(.contradiction)),
        .init("عدد الطلاب 25 طالبًا.", "عدد الطلاب 52 طالبًا.", .different(.contradiction)),
        .init("बैठक 5 मार्च को है।", "बैठक 8 मार्च को है।", .different(.contradiction)),
        .init("他今年三十岁，身高180厘米。", "他今年三十岁，身高190厘米。", .different(.contradiction)),
        .init("可以，随时都行。", "不可以，随时都不行。", .different(.contradiction)),
        .init("締め切りは4月10日です。", "締め切りは4月20日です。", .different(.contradiction)),
        .init("Ja, dat mag.", "Nee, dat mag niet.", .different(.contradiction)),
        .init("Il negozio apre alle 8.", "Il negozio apre alle 9.", .different(.contradiction)),
        .init("The function returns a list of three items.", "The function returns a list of two items.", .different(.contradiction)),
        .init("Bring your passport and 20 euros in cash.", "Bring your passport and some cash.", .different(.omission)),
        .init("The author is Jane Austen, who wrote it long ago.", "The author wrote it long ago.", .different(.omission)),
        .init("Call the office on Tuesday or Thursday.", "Call the office on Thursday.", .different(.omission)),
        .init(
            "Der Vertrag läuft bis 31. Dezember 2026 und verlängert sich danach.", "Der Vertrag verlängert sich danach.",
            .different(.omission)),
        .init("Le billet coûte 12 euros pour les adultes.", "Il faut un billet pour les adultes.", .different(.omission)),
        .init("Visite https://ejemplo.es/ayuda para más información.", "Pida más información en línea.", .different(.omission)),
        .init("Используйте команду `git pull` перед сборкой.", "Обновите код перед сборкой.", .different(.omission)),
        .init("报名费为300元，请提前支付。", "请提前支付报名费。", .different(.omission)),
        .init("Ingredients:\n- two eggs\n- some flour\n- a pinch of salt", "Ingredients:\n- two eggs\n- some flour", .different(.omission)),
        .init("Zadzwoń pod numer 22 555 01 02 rano.", "Zadzwoń rano.", .different(.omission)),
        .init("The museum is worth a visit.", "The museum, opened in 1902, is worth a visit.", .different(.addition)),
        .init("Fragen Sie an der Rezeption nach.", "Fragen Sie an der Rezeption nach (Telefon 4711).", .different(.addition)),
        .init("Il faut réserver à l'avance.", "Il faut réserver à l'avance sur www.exemple.fr.", .different(.addition)),
        .init("Возьмите зонт с собой.", "Возьмите зонт с собой: ожидается 15 мм осадков.", .different(.addition)),
        .init("请带上护照。", "请带上护照和2张照片。", .different(.addition)),
        .init("It will probably rain tomorrow.", "Tomorrow it will probably rain.", .different(.style)),
        .init("You can change your password in the settings menu.", "To change your password, open the settings menu.", .different(.style)),
        .init("The engine needs more oil.", "More oil is needed in the engine.", .different(.style)),
        .init("Das Wetter wird morgen wohl schlecht.", "Morgen wird das Wetter wohl schlecht.", .different(.style)),
        .init("Il pleuvra sans doute demain.", "Demain, il pleuvra sans doute.", .different(.style)),
        .init("Mañana probablemente lloverá.", "Probablemente lloverá mañana.", .different(.style)),
        .init("Завтра, вероятно, будет дождь.", "Вероятно, завтра будет дождь.", .different(.style)),
        .init("明日は雨が降るでしょう。", "明日は雨が降ると思われます。", .different(.style)),
        .init("ربما ستمطر غدًا.", "غدًا ربما ستمطر.", .different(.style)),
        .init("You should talk to your doctor first.", "Trains run along the coast in summer.", .different(.meaningMismatch)),
        .init("Sprechen Sie zuerst mit Ihrem Arzt.", "Im Sommer fahren Züge an der Küste.", .different(.meaningMismatch)),
        .init("Parlez d'abord à votre médecin.", "Les trains longent la côte en été.", .different(.meaningMismatch)),
        .init("Primero hable con su médico.", "Los trenes recorren la costa en verano.", .different(.meaningMismatch)),
        .init("先咨询您的医生。", "夏天火车沿着海岸行驶。", .different(.meaningMismatch)),
        .init("Сначала поговорите с врачом.", "Летом поезда идут вдоль моря.", .different(.meaningMismatch)),
        .init(
            "You should talk to your doctor first, then decide.", "Sprechen Sie zuerst mit Ihrem Arzt, dann entscheiden Sie.",
            .different(.languageMismatch)),
        .init(
            "Parlez d'abord à votre médecin, puis décidez.", "Hable primero con su médico y luego decida usted.",
            .different(.languageMismatch)),
        .init(
            "Najpierw porozmawiaj z lekarzem, potem zdecyduj.", "Сначала поговорите с врачом, потом решайте.", .different(.languageMismatch)
        ),
        .init(
            "Il treno passa lungo la costa durante l'estate.", "O comboio passa ao longo da costa durante o verão.",
            .different(.languageMismatch)),
        .init("先咨询您的医生，然后再决定。", "まず医師に相談してから決めてください。", .different(.languageMismatch)),
        .init("पहले अपने डॉक्टर से बात करें।", "Talk to your doctor first.", .different(.languageMismatch)),
        .init("Mix flour and water.", "I'm sorry, I can't assist with that request.", .different(.refused)),
        .init("Mix flour and water.", "Unfortunately I can't help with that.", .different(.refused)),
        .init("Mix flour and water.", "I'm unable to assist you with this.", .different(.refused)),
        .init("Mehl und Wasser mischen.", "Entschuldigung, aber ich kann diese Frage nicht beantworten.", .different(.refused)),
        .init("Mélangez la farine et l'eau.", "Je ne suis pas en mesure de répondre à votre demande.", .different(.refused)),
        .init("混合面粉和水。", "抱歉，我不能回答这个问题。", .different(.refused)),
        .init("Mix flour and water.", "Mix flour and water. \n", .equivalent(.whitespace)),
        .init("First.\n\nSecond.", "First.\n\n\nSecond.", .equivalent(.whitespace)),
        .init("最初に混ぜる。", "最初に混ぜる。 ", .equivalent(.whitespace)),
        .init("mix flour and water.", "Mix flour and water.", .equivalent(.case)),
        .init("Мешайте муку с водой.", "мешайте муку с водой.", .equivalent(.case)),
        .init("It's “done” now.", "It's \"done\" now.", .equivalent(.punctuation)),
        .init("Mix **flour** and water.", "Mix flour and water.", .equivalent(.punctuation)),
        .init("Mische **Mehl** mit Wasser!", "Mische Mehl mit Wasser.", .equivalent(.punctuation)),
        .init("混合面粉和水", "混合面粉和水。", .equivalent(.punctuation)),
    ]

    /// What may be called different in any way, but must not agree.
    static let neverAgreeing: [(String, String)] = [
        ("I saw her duck.", "I saw her, duck."),
        ("5-10 days", "5 10 days"),
        ("You must not, stop.", "You must, not stop."),
        ("The sign says \"no\".", "The sign says no."),
        ("if a: b", "if a; b"),
        ("3,14", "3.14"),
        ("A - B", "A – B"),
        ("name: Bob", "name Bob"),
        ("(not) allowed", "not allowed"),
        ("foo_bar", "foo bar"),
        ("```\n~~~\na  b\n```", "```\n~~~\na b\n```"), ("````\n```\na  b\n````", "````\n```\na b\n````"), ("¡Listo!", "¡Listo"),
        ("明天可能会下雨。", "可能明天会下雨。"), ("the U.S. team", "the US team"), ("Ich mag Sie.", "Ich mag sie."),
        ("a.b", "a b"), ("1.", "1)"), ("- 5", "* 5"), ("+ a", "- a"), ("**kwargs", "kwargs"), ("a**b**c", "abc"), ("/usr/**/x", "/usr//x"),
        ("2 **3** 4", "2 3 4"), ("co-op", "coop"), ("recover", "re-cover"), ("Who? Me?", "Who. Me."), ("Stop!", "Stop?"), ("x.", "x!"),
        ("'tis", "tis"), ("the dogs'", "the dog's"), ("it's", "its"), ("5'", "5\""), ("10%", "10"), ("#1", "1"), ("@ann", "ann"),
        ("\u{200F}abc", "abc"), ("a\u{200D}b", "ab"), ("ÄÖÜ", "AOU"), ("naïve", "naive"), ("½", "1/2"), ("x²", "x2"), ("～", "~"),
        ("ﬁn", "fin"),
        ("IV", "iv"), ("pH 7", "PH 7"), ("may", "May"), ("turkey is good", "Turkey is good"), ("ls -L x", "ls -l x"),
        ("Makefile", "makefile"),
    ]

    /// Every parallel answer with what the rules leave out.
    static var agreeingInEveryLanguage: [TextCase] {
        ParallelAnswers.byLanguage.sorted { $0.key < $1.key }.flatMap { language, answers in
            answers.flatMap { answer -> [TextCase] in
                let first = String(answer.prefix(1))
                var cases = [TextCase(answer, " \(answer)\n", .equivalent(.whitespace))]
                if first != first.lowercased(), first.lowercased().unicodeScalars.count == 1, answer.dropFirst().first?.isLetter ?? false {
                    cases.append(TextCase(answer, first.lowercased() + answer.dropFirst(), .equivalent(.case)))
                }
                cases.append(TextCase(answer, String(answer.dropLast()), .equivalent(.punctuation)))
                return cases
            }
        }
    }
}
