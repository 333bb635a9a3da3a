internal import JSON

/// The demo's simulated models, as stand-in files: production, a candidate that is fit to replace it, and one that is not.
///
/// Which messages a model gets wrong hangs on a hash of the message, so that it is the same in every run; production and the fit
/// candidate stumble over mostly the same ones.
enum DemoModels {
    /// One simulated model.
    struct Profile: Sendable {
        /// The name that it answers under.
        let model: String
        let medianMs: Int
        let p95Ms: Int
        /// Of a thousand messages: how many it always gets wrong.
        let wrong: @Sendable (DemoWorkload.Message) -> Bool
        /// Share of the calls in which it answers otherwise than usual.
        let unsteady: Double
        let pricePerMillion: (input: Double, output: Double)
        let seed: Int
    }

    static let production = Profile(
        model: "frontier-sim", medianMs: 240, p95Ms: 620, wrong: { place(of: $0, salt: 1) < 35 }, unsteady: 0.012, pricePerMillion: (5, 25),
        seed: 11)
    static let fit = Profile(
        model: "phi-4-sim", medianMs: 70, p95Ms: 160, wrong: { place(of: $0, salt: 1) < 30 || place(of: $0, salt: 2) < 4 }, unsteady: 0.010,
        pricePerMillion: (0.125, 0.5), seed: 12)
    /// Weak in German and where two intents lie close together.
    static let unfit = Profile(
        model: "tiny-1b-sim", medianMs: 40, p95Ms: 90,
        wrong: { message in
            let isHard =
                message.text.contains("ü") || message.text.contains("Ich ") || message.text.contains("mein")
                || message.text.contains("bitte")
            return place(of: message, salt: 1) < 35 || place(of: message, salt: 3) < (isHard ? 700 : 70)
                || (message.intent == "refund_status" && place(of: message, salt: 4) < 400)
        }, unsteady: 0.03, pricePerMillion: (0.04, 0.10), seed: 13)

    /// The intent that one is taken for when it is misread.
    private static let neighbours: [String: String] = [
        "order_status": "stock_question", "change_address": "order_status", "cancel_order": "delete_account",
        "return_item": "refund_status",
        "refund_status": "return_item", "damaged_item": "warranty_claim", "missing_item": "wrong_item", "wrong_item": "missing_item",
        "payment_failed": "promo_code", "double_charge": "refund_status", "invoice_request": "order_status", "promo_code": "gift_card",
        "stock_question": "order_status", "size_advice": "stock_question", "account_login": "delete_account",
        "delete_account": "cancel_order",
        "newsletter_opt_out": "delete_account", "gift_card": "promo_code", "warranty_claim": "damaged_item",
        "speak_to_human": "order_status",
    ]

    /// A model's stand-in file.
    static func file(_ profile: Profile) -> JSONValue {
        let answers = DemoWorkload.messages.map { message -> JSONValue in
            let misread = neighbours[message.intent] ?? "speak_to_human"
            let isWrong = profile.wrong(message)
            let sureness = Double(place(of: message, salt: profile.seed)) / 1000
            return [
                "last_user": JSONValue(message.text), "answer": JSONValue(isWrong ? misread : message.intent),
                "confidence": JSONValue(isWrong ? 0.35 + 0.4 * sureness : 0.86 + 0.13 * sureness),
                "otherwise": [
                    [
                        "share": JSONValue(profile.unsteady), "answer": JSONValue(isWrong ? message.intent : misread),
                        "confidence": JSONValue(0.45),
                    ]
                ],
            ]
        }
        return [
            "model": JSONValue(profile.model), "seed": JSONValue(profile.seed),
            "latency": ["median_ms": JSONValue(profile.medianMs), "p95_ms": JSONValue(profile.p95Ms)], "answers": .array(answers),
            "default": ["answer": "speak_to_human", "confidence": 0.3],
        ]
    }

    /// A message's place among a thousand, the same in every run; another salt shuffles anew. FNV-1a.
    private static func place(of message: DemoWorkload.Message, salt: Int) -> Int {
        var hash: UInt64 = 0xcbf2_9ce4_8422_2325 ^ UInt64(salt) &* 0x9e37_79b9_7f4a_7c15
        for byte in message.text.utf8 { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3 }
        hash ^= hash >> 32
        return Int(hash &* 0xff51_afd7_ed55_8ccd >> 33 % 1000)
    }

    /// The workload's YAML for one candidate.
    static func settings(
        workload: String, production: (profile: Profile, url: String), candidate: (profile: Profile, url: String), candidates: Int,
        mirrored: Bool
    ) -> String {
        let (input, output) = production.profile.pricePerMillion
        let (smallInput, smallOutput) = candidate.profile.pricePerMillion
        return """
            # Made by `understudy demo`. Both models are simulated, and so are their prices.
            workload: \(workload)
            compare:
              as: label
              labels: [\(DemoWorkload.intents.joined(separator: ", "))]
            production:
              url: \(production.url)
              price: { input: \(input), output: \(output) }
            candidate:
              url: \(candidate.url)
              model: \(candidate.profile.model)
              price: { input: \(smallInput), output: \(smallOutput) }
            trial: { candidates: \(candidates) }
            \(mirrored ? "sample: 100%\ncontrol: 10%\n" : "")
            """
    }
}
