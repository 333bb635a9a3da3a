import Comparison
import Configuration
import JSON
import Testing
import Traffic

/// Two answers of a text workload and what their comparison must come to.
struct TextCase: CustomTestStringConvertible {
    enum Outcome: Hashable {
        case identical
        case equivalent(EquivalenceRule)
        case different(FailureMode)
    }

    var production: String
    var candidate: String
    var outcome: Outcome
    /// A rule that one of the differences must name.
    var rule: String?

    var testDescription: String { "\(production) | \(candidate)" }

    init(_ production: String, _ candidate: String, _ outcome: Outcome, _ rule: String? = nil) {
        self.production = production
        self.candidate = candidate
        self.outcome = outcome
        self.rule = rule
    }
}

func comparedAsText(
    _ production: Leg, _ candidate: Leg, control: Leg? = nil, gold: JSONValue? = nil
) -> Finding {
    Comparator(CompareSettings(kind: .text)).compare(
        ComparedAnswers(production: production, candidate: candidate, control: control), label: gold)
}

func comparedAsText(_ production: String, _ candidate: String, gold: JSONValue? = nil) -> Finding {
    comparedAsText(answer(production), answer(candidate), gold: gold)
}

func outcome(_ finding: Finding) -> TextCase.Outcome? {
    switch finding.agreement {
    case .identical: .identical
    case .equivalent: finding.equivalence.map { .equivalent($0) }
    case .different: finding.failureMode.map { .different($0) }
    case .incomparable: nil
    }
}

/// Cases by what they must come to; written for this test.
enum TextCases {
    static let all =
        agreeing + nearlyAgreeing + contradictions + omissions + additions + styles + otherMeanings + refusals + languages + more
        + agreeingInEveryLanguage

    static let agreeing: [TextCase] = [
        .init("Yes.", "Yes.", .identical), .init("Ж", "Ж", .identical), .init("e\u{301}te", "\u{E9}te", .identical),
        // white space
        .init("Paris is the capital.", " Paris is the capital.\n", .equivalent(.whitespace)),
        .init("Erst das eine.\n\nDann das andere.", "Erst das eine.\nDann das andere.\n\n", .equivalent(.whitespace)),
        .init("One line.\r\nAnother line.", "One line.\nAnother line.", .equivalent(.whitespace)),
        .init("It costs 5 euros.", "It costs 5\u{A0}euros.", .equivalent(.whitespace)),
        .init("\u{FEFF}Готово.", "Готово.", .equivalent(.whitespace)),
        .init("Two  spaces here.", "Two spaces here.", .equivalent(.whitespace)),
        .init("Trailing   \nspaces", "Trailing\nspaces", .equivalent(.whitespace)),
        .init("東京は首都です。\n", "東京は首都です。", .equivalent(.whitespace)),
        .init("Run this:\n```\nls -la\n```\n\nDone now.", "Run this:\n\n```\nls -la\n```\nDone now.", .equivalent(.whitespace)),
        .init("नमस्ते दुनिया", "नमस्ते  दुनिया", .equivalent(.whitespace)),
        // case
        .init("The cat sat down.", "the cat sat down.", .equivalent(.case)), .init("Yes", "YES", .equivalent(.case)),
        .init("Nein.", "nein.", .equivalent(.case)), .init("Да", "да", .equivalent(.case)), .init("TRUE", "true", .equivalent(.case)),
        .init("Être ou ne pas être.", "être ou ne pas être.", .equivalent(.case)),
        .init("- Apples are red.\n- Pears are green.", "- apples are red.\n- pears are green.", .equivalent(.case)),
        // punctuation
        .init("The answer is Paris", "The answer is Paris.", .equivalent(.punctuation)),
        .init("The answer is 42", "The answer is 42.", .equivalent(.punctuation)),
        .init("Thank you for waiting.", "Thank you for waiting!", .equivalent(.punctuation)),
        .init("No.", "no", .equivalent(.punctuation)), .init("\"Paris\"", "Paris", .equivalent(.punctuation)),
        .init("“To be or not to be.”", "\"To be or not to be.\"", .equivalent(.punctuation)),
        .init("Don’t worry about it.", "Don't worry about it.", .equivalent(.punctuation)),
        .init("Er sagte „gut“ und ging.", "Er sagte \"gut\" und ging.", .equivalent(.punctuation)),
        .init("Il a dit « bonjour » hier.", "Il a dit \"bonjour\" hier.", .equivalent(.punctuation)),
        .init("Vraiment ? Oui, bien sûr.", "Vraiment? Oui, bien sûr.", .equivalent(.punctuation)),
        .init("It works — mostly.", "It works – mostly.", .equivalent(.punctuation)),
        .init("It works—mostly.", "It works - mostly.", .equivalent(.punctuation)),
        .init("Wait… there is more.", "Wait... there is more.", .equivalent(.punctuation)),
        .init("The capital is **Paris**.", "The capital is Paris.", .equivalent(.punctuation)),
        .init("The total is **42** apples.", "The total is 42 apples.", .equivalent(.punctuation)),
        .init("* Apples\n* Pears", "- Apples\n- Pears", .equivalent(.punctuation)),
        .init("1) Open it\n2) Close it", "1. Open it\n2. Close it", .equivalent(.punctuation)),
        .init("- Apples.\n- Pears.", "- Apples\n- Pears", .equivalent(.punctuation)),
        .init("你好，世界。", "你好,世界.", .equivalent(.punctuation)), .init("这是**重点**。", "这是重点", .equivalent(.punctuation)),
        .init("「東京」です。", "\"東京\"です。", .equivalent(.punctuation)), .init("ठीक है।", "ठीक है", .equivalent(.punctuation)),
        .init("نعم، هذا صحيح.", "نعم, هذا صحيح", .equivalent(.punctuation)),
    ]

    /// What looks alike and must not agree.
    static let nearlyAgreeing: [TextCase] = [
        .init("Let's eat, grandma.", "Let's eat grandma.", .different(.style)),
        .init("You are coming.", "You are coming?", .different(.style)), .init("你来了。", "你来了？", .different(.style)),
        .init("He is a man eating shark.", "He is a man-eating shark.", .different(.style)),
        .init("Resign the contract.", "Re-sign the contract.", .different(.style)),
        .init("if x:\n    y = 1\n    z = 2", "if x:\n    y = 1\nz = 2", .different(.style)),
        .init("a:\n  b: 1\n  c: 2", "a:\n  b: 1\nc: 2", .different(.style)), .init("name\tvalue one", "name value one", .different(.style)),
        .init("Our US team agreed.", "Our us team agreed.", .different(.style)),
        .init("It uses 5 MW.", "It uses 5 mW.", .different(.contradiction), "text.unit"),
        .init("I found a polish shop.", "I found a Polish shop.", .different(.style)),
        .init("`Foo` is a class.", "`foo` is a class.", .different(.omission)),
        .init("See https://example.com/A for more.", "See https://example.com/a for more.", .different(.omission), "text.link"),
        .init("Our \"fresh\" fish is good.", "Our fresh fish is good.", .different(.style)),
        .init("Use 2**3 for it.", "Use 23 for it.", .different(.contradiction)),
        .init("Add `__init__` to it.", "Add `init` to it.", .different(.omission)),
        .init("The result is 1,5.", "The result is 15.", .different(.contradiction)),
        .init("5 - 3 apples", "5 – 3 apples", .different(.style)),
        .init("It is −5 degrees.", "It is 5 degrees.", .different(.contradiction)),
        .init("- old line\n+ new line", "+ old line\n- new line", .different(.style)),
        .init("# rm old files", "rm old files", .different(.style)), .init("Wirklich? Ja.", "Wirklich. Ja.", .different(.style)),
        .init("He said no, way too often.", "He said no way too often.", .different(.style)),
        .init("ls -la\n", "Ls -la", .different(.style)), .init("print(\"a  b\")", "print(\"a b\")", .different(.style)),
        .init("👍", "👎", .different(.contradiction), "text.opposite"), .init("!", "?", .different(.meaningMismatch)),
        .init("a < b holds here.", "a > b holds here.", .different(.contradiction), "text.opposite"),
        .init("5!", "5.", .different(.meaningMismatch)), .init("The value is 1.5.", "The value is 15.", .different(.contradiction)),
        .init("²", "2", .different(.addition)), .init("U.S.", "US", .different(.meaningMismatch)),
        .init("It's the dogs' bowl.", "It's the dog's bowl.", .different(.style)),
    ]

    static let contradictions: [TextCase] = [
        .init("The meeting starts at 10:30.", "The meeting starts at 11:30.", .different(.contradiction), "text.date"),
        .init("The ticket costs $45.", "The ticket costs $54.", .different(.contradiction), "text.number"),
        .init("The ticket costs $45.", "The ticket costs €45.", .different(.contradiction), "text.unit"),
        .init("The tower is 330 metres high.", "The tower is 330 feet high.", .different(.contradiction), "text.unit"),
        .init("She has three cats.", "She has four cats.", .different(.contradiction), "text.number"),
        .init("Yes, you can return it.", "No, you cannot return it.", .different(.contradiction), "text.polarity"),
        .init("You can return the shoes.", "You can't return the shoes.", .different(.contradiction), "text.negation"),
        .init("The capital of Australia is Canberra.", "The capital of Australia is Sydney.", .different(.contradiction), "text.name"),
        .init("The war ended on 8 May 1945.", "The war ended on 9 May 1945.", .different(.contradiction), "text.date"),
        .init("Prices will increase next year.", "Prices will decrease next year.", .different(.contradiction), "text.opposite"),
        .init("Take the pill before dinner.", "Take the pill after dinner.", .different(.contradiction), "text.opposite"),
        .init("42", "43", .different(.contradiction), "text.number"), .init("-3", "3", .different(.contradiction), "text.number"),
        .init("So she has 12 left.\n#### 12", "So she has 14 left.\n#### 14", .different(.contradiction), "text.number"),
        .init("Die Frist endet am 3. März 2025.", "Die Frist endet am 5. März 2025.", .different(.contradiction), "text.date"),
        .init("Das Paket wiegt 2,5 kg.", "Das Paket wiegt 25 kg.", .different(.contradiction), "text.number"),
        .init("Sie dürfen hier parken.", "Sie dürfen hier nicht parken.", .different(.contradiction), "text.negation"),
        .init("Ja, das stimmt.", "Nein, das stimmt nicht.", .different(.contradiction), "text.polarity"),
        .init("Le train part à 14 heures.", "Le train part à 16 heures.", .different(.contradiction), "text.number"),
        .init("Le chat est mort.", "Le chat n'est pas mort.", .different(.contradiction), "text.negation"),
        .init("Oui, c'est remboursable.", "Non, ce n'est pas remboursable.", .different(.contradiction), "text.polarity"),
        .init("El vuelo sale el 4 de julio.", "El vuelo sale el 14 de julio.", .different(.contradiction), "text.date"),
        .init("La tienda nunca cierra temprano.", "La tienda siempre cierra temprano.", .different(.contradiction)),
        .init("Cena kosztuje 120 zł.", "Cena kosztuje 210 zł.", .different(.contradiction), "text.number"),
        .init("Sklep jest otwarty w niedzielę.", "Sklep nie jest otwarty w niedzielę.", .different(.contradiction), "text.negation"),
        .init("Поезд прибывает в 18:40.", "Поезд прибывает в 16:40.", .different(.contradiction), "text.date"),
        .init("Возврат возможен без чека.", "Возврат не возможен без чека.", .different(.contradiction), "text.negation"),
        .init("يستغرق الشحن 3 أيام.", "يستغرق الشحن 7 أيام.", .different(.contradiction), "text.number"),
        .init("الدواء متوفر في الصيدلية.", "الدواء غير متوفر في الصيدلية.", .different(.contradiction), "text.negation"),
        .init("दुकान 9 बजे खुलती है।", "दुकान 10 बजे खुलती है।", .different(.contradiction), "text.number"),
        .init("यह दवा सुरक्षित है।", "यह दवा सुरक्षित नहीं है।", .different(.contradiction), "text.negation"),
        .init("退款需要5个工作日。", "退款需要7个工作日。", .different(.contradiction), "text.number"),
        .init("这个产品可以退货。", "这个产品不可以退货。", .different(.contradiction), "text.negation"),
        .init("会議は3月5日です。", "会議は3月8日です。", .different(.contradiction), "text.date"),
        .init("この薬は食べられます。", "この薬は食べられません。", .different(.contradiction), "text.negation"),
        .init("배송은 3일 걸립니다.", "배송은 5일 걸립니다.", .different(.contradiction)),
        .init("Order 1,250 units by Friday.", "Order 1,520 units by Friday.", .different(.contradiction), "text.number"),
        .init("Revenue grew by 12%.", "Revenue fell by 12%.", .different(.contradiction), "text.opposite"),
        .init(
            "Tom has 3 apples and Ann has 5 apples.", "Tom has 5 apples and Ann has 3 apples.", .different(.contradiction), "text.number"),
        .init("The device is waterproof.", "The device is not waterproof.", .different(.contradiction), "text.negation"),
        .init("The rate is at least 5 percent.", "The rate is at most 5 percent.", .different(.contradiction), "text.opposite"),
        .init("True", "False", .different(.contradiction), "text.polarity"), .init("是", "不是", .different(.contradiction)),
        .init("The total is £1,200.50.", "The total is £1,200.05.", .different(.contradiction), "text.number"),
    ]

    static let omissions: [TextCase] = [
        .init("The refund of $25 arrives soon.", "The refund arrives soon.", .different(.omission), "text.number"),
        .init("It opened on 4 July 2019 and closed later.", "It opened and closed later.", .different(.omission), "text.date"),
        .init("Ask Maria Lopez at the desk.", "Ask at the desk.", .different(.omission), "text.name"),
        .init("Details are at https://example.org/help.", "Details are online.", .different(.omission), "text.link"),
        .init("Write to help@example.org today.", "Write to us today.", .different(.omission), "text.link"),
        .init("Run `make clean` first, then build.", "Clean up first, then build.", .different(.omission), "text.code"),
        .init("Use this:\n```\nprint(1)\n```", "Use this.", .different(.omission), "text.code"),
        .init("You need:\n- flour\n- sugar\n- butter", "You need:\n- flour\n- sugar", .different(.omission), "text.item"),
        .init("The trip takes two hours by train.", "The trip goes by train.", .different(.omission), "text.number"),
        .init("It closes on Friday at noon.", "It closes at noon.", .different(.omission), "text.date"),
        .init("The meeting is at 14:30 in the hall.", "The meeting is in the hall.", .different(.omission), "text.date"),
        .init("About 40% of users agreed.", "Many users agreed.", .different(.omission), "text.number"),
        .init("The book by Orwell is short.", "The book is short.", .different(.omission), "text.name"),
        .init("Die Rechnung über 80 Euro ist offen.", "Die Rechnung ist offen.", .different(.omission), "text.number"),
        .init("Der Kurs beginnt am 1. September.", "Der Kurs beginnt bald.", .different(.omission), "text.date"),
        .init("Infos unter www.beispiel.de finden Sie online.", "Infos finden Sie online.", .different(.omission), "text.link"),
        .init("Le colis pèse 3 kilos et arrive demain.", "Le colis arrive demain.", .different(.omission), "text.number"),
        .init("Le contrat finit le 12 mai 2026.", "Le contrat finit bientôt.", .different(.omission), "text.date"),
        .init("Il faut parler avec Camille Durand.", "Il faut parler avec elle.", .different(.omission), "text.name"),
        .init("El envío cuesta 6 euros y llega pronto.", "El envío llega pronto.", .different(.omission), "text.number"),
        .init("La cita es el 3 de mayo en la oficina.", "La cita es en la oficina.", .different(.omission), "text.date"),
        .init("Paczka waży 4 kg i jest w drodze.", "Paczka jest w drodze.", .different(.omission), "text.number"),
        .init("Proszę pytać o panią Nowak w biurze.", "Proszę pytać w biurze.", .different(.omission), "text.name"),
        .init("Доставка стоит 300 рублей и займёт время.", "Доставка займёт время.", .different(.omission), "text.number"),
        .init("Встреча пройдёт 5 марта в офисе.", "Встреча пройдёт в офисе.", .different(.omission), "text.date"),
        .init("تبلغ الرسوم 50 درهمًا لكل طلب.", "توجد رسوم لكل طلب.", .different(.omission), "text.number"),
        .init("शुल्क 200 रुपये है और फ़ॉर्म ऑनलाइन है।", "फ़ॉर्म ऑनलाइन है।", .different(.omission), "text.number"),
        .init("会议定于2025年3月5日在上海举行。", "会议在上海举行。", .different(.omission), "text.date"),
        .init("料金は1200円で、前払いです。", "料金は前払いです。", .different(.omission), "text.number"),
        .init("수수료는 500원이고 선불입니다.", "수수료는 선불입니다.", .different(.omission), "text.number"),
        .init(
            "Steps:\n1. Open the lid\n2. Fill water\n3. Press start", "Steps:\n1. Open the lid\n2. Press start", .different(.omission),
            "text.item"),
        .init("Call 555-0142 between nine and five.", "Call us during the day.", .different(.omission), "text.number"),
    ]

    /// The omissions seen from the other side.
    static var additions: [TextCase] {
        omissions.map { TextCase($0.candidate, $0.production, .different(.addition), $0.rule) }
    }

    static let styles: [TextCase] = [
        .init("The shop is open every day.", "The shop opens every day.", .different(.style)),
        .init("Your order has been shipped.", "Your order was shipped.", .different(.style)),
        .init("Please restart the device and try again.", "Try again after you restart the device, please.", .different(.style)),
        .init("The refund will arrive soon on your card.", "Your refund will arrive on your card soon.", .different(.style)),
        .init("I have updated your address.", "I've updated your address for you.", .different(.style)),
        .init("Sure, I can help with the booking.", "Of course, I can help with the booking.", .different(.style)),
        .init("Water expands when it freezes.", "When water freezes, it expands.", .different(.style)),
        .init("Die Bestellung ist unterwegs.", "Ihre Bestellung ist bereits unterwegs.", .different(.style)),
        .init("Bitte starten Sie das Gerät neu.", "Starten Sie bitte das Gerät neu.", .different(.style)),
        .init("Das Konto wurde geschlossen.", "Ihr Konto wurde nun geschlossen.", .different(.style)),
        .init("Votre commande est en route.", "Votre commande est déjà en route.", .different(.style)),
        .init("Veuillez redémarrer l'appareil.", "Redémarrez l'appareil, s'il vous plaît.", .different(.style)),
        .init("Su pedido está en camino.", "Su pedido ya está en camino.", .different(.style)),
        .init("Reinicie el aparato, por favor.", "Por favor, reinicie el aparato.", .different(.style)),
        .init("Twoje zamówienie jest w drodze.", "Twoje zamówienie jest już w drodze.", .different(.style)),
        .init("Uruchom urządzenie ponownie.", "Proszę uruchomić urządzenie ponownie.", .different(.style)),
        .init("Ваш заказ уже в пути.", "Ваш заказ находится в пути.", .different(.style)),
        .init("Перезапустите устройство, пожалуйста.", "Пожалуйста, перезапустите устройство.", .different(.style)),
        .init("طلبك في الطريق إليك.", "طلبك الآن في الطريق إليك.", .different(.style)),
        .init("يرجى إعادة تشغيل الجهاز.", "من فضلك، يرجى إعادة تشغيل الجهاز.", .different(.style)),
        .init("आपका ऑर्डर रास्ते में है।", "आपका ऑर्डर अभी रास्ते में है।", .different(.style)),
        .init("कृपया डिवाइस को फिर से चालू करें।", "डिवाइस को फिर से चालू करें, कृपया।", .different(.style)),
        .init("您的订单正在路上。", "您的订单已经在路上。", .different(.style)), .init("请重新启动设备。", "请您重新启动设备。", .different(.style)),
        .init("ご注文の品は発送済みです。", "ご注文の商品は発送済みです。", .different(.style)),
        .init("機器を再起動してください。", "どうか機器を再起動してください。", .different(.style)),
        .init("주문하신 상품이 배송 중입니다.", "주문하신 상품은 현재 배송 중입니다.", .different(.style)),
        .init("Het pakket is onderweg naar u.", "Uw pakket is onderweg naar u.", .different(.style)),
        .init("Il suo ordine è in viaggio.", "Il suo ordine è già in viaggio.", .different(.style)),
        .init("O seu pedido está a caminho.", "O seu pedido já está a caminho.", .different(.style)),
        .init("Siparişiniz yolda.", "Siparişiniz şu an yolda.", .different(.style)),
        .init("The file is saved in the folder.", "The file has been saved to the folder.", .different(.style)),
    ]

    static let otherMeanings: [TextCase] = [
        .init("The shop is open every day.", "Our staff will contact you shortly.", .different(.meaningMismatch)),
        .init("Press the green button to start.", "Bananas contain a lot of sugar.", .different(.meaningMismatch)),
        .init("It is a small mammal that eats insects.", "You should ask the bank about that.", .different(.meaningMismatch)),
        .init("The account was closed.", "Please send us the receipt.", .different(.meaningMismatch)),
        .init("Blue", "Elephant", .different(.meaningMismatch)), .init("Photosynthesis", "Gravity", .different(.meaningMismatch)),
        .init("Das Konto wurde geschlossen.", "Bitte senden Sie uns die Quittung.", .different(.meaningMismatch)),
        .init("Der Motor läuft heiß.", "Schicken Sie die Ware zurück.", .different(.meaningMismatch)),
        .init("Die Katze schläft auf dem Sofa.", "Wasser gefriert bei Kälte.", .different(.meaningMismatch)),
        .init("Le compte est fermé.", "Envoyez-nous la facture.", .different(.meaningMismatch)),
        .init("Le chat dort sur le canapé.", "La réunion aura lieu demain.", .different(.meaningMismatch)),
        .init("La cuenta está cerrada.", "Envíenos la factura por correo.", .different(.meaningMismatch)),
        .init("El gato duerme en el sofá.", "Mañana habrá una reunión.", .different(.meaningMismatch)),
        .init("Konto zostało zamknięte.", "Prosimy o przesłanie paragonu.", .different(.meaningMismatch)),
        .init("Kot śpi na kanapie.", "Jutro będzie spotkanie.", .different(.meaningMismatch)),
        .init("Счёт закрыт.", "Отправьте нам квитанцию.", .different(.meaningMismatch)),
        .init("Кошка спит на диване.", "Завтра будет совещание.", .different(.meaningMismatch)),
        .init("تم إغلاق الحساب.", "أرسل لنا الإيصال من فضلك.", .different(.meaningMismatch)),
        .init("القطة نائمة على الأريكة.", "سيعقد الاجتماع غدًا.", .different(.meaningMismatch)),
        .init("खाता बंद कर दिया गया है।", "कृपया हमें रसीद भेजें।", .different(.meaningMismatch)),
        .init("बिल्ली सोफ़े पर सो रही है।", "कल बैठक होगी।", .different(.meaningMismatch)),
        .init("账户已关闭。", "请把收据发给我们。", .different(.meaningMismatch)), .init("猫在沙发上睡觉。", "明天开会。", .different(.meaningMismatch)),
        .init("口座は閉鎖されました。", "領収書を送ってください。", .different(.meaningMismatch)),
        .init("猫はソファで寝ています。", "会議は明日あります。", .different(.meaningMismatch)),
        .init("계좌가 해지되었습니다.", "영수증을 보내 주세요.", .different(.meaningMismatch)),
        .init("Il gatto dorme sul divano.", "Domani ci sarà una riunione.", .different(.meaningMismatch)),
        .init("De kat slaapt op de bank.", "Morgen is er een vergadering.", .different(.meaningMismatch)),
        .init("O gato dorme no sofá.", "Amanhã haverá uma reunião.", .different(.meaningMismatch)),
        .init("Kedi kanepede uyuyor.", "Yarın toplantı olacak.", .different(.meaningMismatch)),
        .init("```\nx = 1\n```", "```\nraise SystemExit\n```", .different(.meaningMismatch), "text.code"),
        .init(
            "I'm sorry, but I can't help with that.", "The capital is easy to find on any map.", .different(.meaningMismatch),
            "text.refusal"),
    ]
}
