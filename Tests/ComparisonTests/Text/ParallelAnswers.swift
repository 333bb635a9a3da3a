import Traffic

/// The same short answers in many languages; written for these tests.
enum ParallelAnswers {
    static let byLanguage: [String: [String]] = [
        "en": [
            "The refund will arrive within a few working days.", "Your order is on its way to you.",
            "I have cancelled the subscription; you will not be charged again.",
            "Water boils at a lower temperature on a mountain because the air pressure is lower there.",
            "She lives in Berlin and works as a nurse.",
        ],
        "de": [
            "Die Rückerstattung kommt innerhalb weniger Werktage an.", "Ihre Bestellung ist unterwegs zu Ihnen.",
            "Ich habe das Abo gekündigt; es wird nichts mehr abgebucht.",
            "Auf einem Berg siedet Wasser bei niedrigerer Temperatur, weil dort der Luftdruck geringer ist.",
            "Sie wohnt in Berlin und arbeitet als Krankenschwester.",
        ],
        "fr": [
            "Le remboursement arrivera sous quelques jours ouvrés.", "Votre commande est en route vers vous.",
            "J'ai résilié l'abonnement ; vous ne serez plus débité.",
            "En montagne, l'eau bout à une température plus basse parce que la pression de l'air y est moindre.",
            "Elle habite à Berlin et travaille comme infirmière.",
        ],
        "es": [
            "El reembolso llegará en unos pocos días hábiles.", "Su pedido está en camino hacia usted.",
            "He cancelado la suscripción; no se le cobrará nada más.",
            "En la montaña el agua hierve a menor temperatura porque la presión del aire es más baja.",
            "Ella vive en Berlín y trabaja de enfermera.",
        ],
        "it": [
            "Il rimborso arriverà entro pochi giorni lavorativi.", "Il suo ordine è in viaggio verso di lei.",
            "Ho disdetto l'abbonamento; non le verrà addebitato altro.",
            "In montagna l'acqua bolle a una temperatura più bassa perché la pressione dell'aria è minore.",
            "Abita a Berlino e lavora come infermiera.",
        ],
        "pt": [
            "O reembolso chegará em poucos dias úteis.", "O seu pedido está a caminho da sua casa.",
            "Cancelei a assinatura; não haverá mais cobranças.",
            "Na montanha a água ferve a uma temperatura mais baixa porque a pressão do ar é menor.",
            "Ela mora em Berlim e trabalha como enfermeira.",
        ],
        "nl": [
            "De terugbetaling komt binnen enkele werkdagen aan.", "Uw bestelling is onderweg naar u toe.",
            "Ik heb het abonnement opgezegd; er wordt niets meer afgeschreven.",
            "Op een berg kookt water bij een lagere temperatuur omdat de luchtdruk er lager is.",
            "Ze woont in Berlijn en werkt als verpleegkundige.",
        ],
        "pl": [
            "Zwrot pieniędzy dotrze w ciągu kilku dni roboczych.", "Twoje zamówienie jest już w drodze do ciebie.",
            "Anulowałem subskrypcję; nie zostaniesz więcej obciążony.",
            "W górach woda wrze w niższej temperaturze, bo ciśnienie powietrza jest tam mniejsze.",
            "Mieszka w Berlinie i pracuje jako pielęgniarka.",
        ],
        "ru": [
            "Деньги вернутся в течение нескольких рабочих дней.", "Ваш заказ уже находится в пути.",
            "Я отменил подписку, больше списаний не будет.",
            "В горах вода закипает при более низкой температуре, потому что давление воздуха там ниже.",
            "Она живёт в Берлине и работает медсестрой.",
        ],
        "sv": [
            "Återbetalningen kommer inom några arbetsdagar.", "Din beställning är på väg till dig.",
            "Jag har sagt upp prenumerationen; inget mer kommer att dras.",
            "På ett berg kokar vatten vid lägre temperatur eftersom lufttrycket är lägre där.",
            "Hon bor i Berlin och arbetar som sjuksköterska.",
        ],
        "tr": [
            "İade birkaç iş günü içinde hesabınıza geçer.", "Siparişiniz size doğru yola çıktı.",
            "Aboneliği iptal ettim, artık ücret alınmayacak.",
            "Dağda su daha düşük sıcaklıkta kaynar çünkü hava basıncı orada daha düşüktür.",
            "Berlin'de yaşıyor ve hemşire olarak çalışıyor.",
        ],
        "ar": [
            "سيصل المبلغ المسترد خلال أيام عمل قليلة.", "طلبك في الطريق إليك.", "لقد ألغيت الاشتراك ولن يتم خصم أي مبلغ آخر.",
            "يغلي الماء في الجبال عند درجة حرارة أقل لأن ضغط الهواء هناك أقل.", "تعيش في برلين وتعمل ممرضة.",
        ],
        "hi": [
            "पैसे कुछ कार्य दिवसों में वापस आ जाएँगे।", "आपका ऑर्डर रास्ते में है।", "मैंने सदस्यता रद्द कर दी है, अब कोई शुल्क नहीं लगेगा।",
            "पहाड़ पर पानी कम तापमान पर उबलता है क्योंकि वहाँ हवा का दबाव कम होता है।", "वह बर्लिन में रहती है और नर्स का काम करती है।",
        ],
        "zh": [
            "退款将在几个工作日内到账。", "您的订单已经在路上了。", "我已取消订阅，以后不会再扣费。", "山上的气压较低，所以水在较低的温度下就会沸腾。", "她住在柏林，是一名护士。",
        ],
        "ja": [
            "返金は数営業日以内に届きます。", "ご注文の品は発送済みです。", "定期購読を解約しました。今後の請求はありません。",
            "山の上では気圧が低いので、水はより低い温度で沸騰します。", "彼女はベルリンに住み、看護師として働いています。",
        ],
        "ko": [
            "환불은 며칠 안에 입금됩니다.", "주문하신 상품이 배송 중입니다.", "구독을 취소했으며 더 이상 요금이 청구되지 않습니다.",
            "산 위에서는 기압이 낮아서 물이 더 낮은 온도에서 끓습니다.", "그녀는 베를린에 살며 간호사로 일합니다.",
        ],
    ]
}

extension TextCases {
    /// Every language's answers beside the next language's.
    static var languages: [TextCase] {
        let languages = ParallelAnswers.byLanguage.sorted { $0.key < $1.key }
        return languages.indices.flatMap { index in
            let next = languages[(index + 5) % languages.count]
            return zip(languages[index].value, next.value).map { TextCase($0, $1, .different(.languageMismatch), "text.language") }
        }
    }
}
