/// Words that turn a statement round, in all languages at once; left out are those that mean something else in another one.
enum PolarWords {
    static let negations = WordSet(
        "not no never none cannot can't don't doesn't didn't isn't aren't wasn't weren't won't wouldn't shouldn't couldn't haven't hasn't hadn't "
            + "neither nor nobody nothing nowhere unable "
            + "nicht kein keine keinen keiner keinem keines nie niemals nichts niemand "
            + "pas jamais aucun aucune rien n'est n'a n'ont n'y "
            + "nunca jamás ningún ninguna ninguno nadie tampoco não nenhum nenhuma nessun nessuna niente "
            + "niet geen nooit nigdy żaden żadna brak не нет ни никогда нельзя ні ніколи немає inte ingen inget aldrig ikke aldri "
            + "ei eivät nem nincs soha değil yok hayır asla nu niciodată nikdy není nejsou لا ليس ليست لم لن غير نہیں नहीं मत न "
            + "不 没 沒 未 无 無 非 别 ない ません ず 않 안 못 없습니다 않습니다 아닙니다 없다 아니다")

    /// The Japanese endings of negation, which stand as single syllables.
    static let japanese: [[UInt64]] = ["ない", "なく", "ません", "ぬ"].map { $0.unicodeScalars.map { WordHash.of(String($0)) } }

    static let yes = WordSet(
        "yes yeah yep true correct right ja doch wahr richtig oui vrai sí sì sim verdadero vero verdadeiro tak prawda да верно так правда 是 是的 对 对的 對 对啊 可以 "
            + "はい 네 예 نعم صحيح हाँ हां evet ano kyllä igen da vâng")
    static let no = WordSet(
        "no nope false incorrect wrong nein falsch non faux falso não nee onwaar nie fałsz нет неверно ні 否 不 不是 不对 没有 不可以 错 いいえ 아니요 아니오 لا خطأ नहीं "
            + "hayır ne ei nem không")

    private static let opposites: [String] = [
        "true/false", "increase/decrease", "increases/decreases", "increased/decreased", "increasing/decreasing", "rise/fall",
        "rises/falls",
        "rose/fell", "grew/fell", "grow/shrink", "grew/shrank", "gain/loss", "gained/lost", "more/less", "more/fewer", "higher/lower",
        "high/low", "above/below", "over/under", "before/after", "earlier/later",
        "first/last", "start/end", "left/right", "up/down", "always/never", "all/none", "open/closed", "open/close", "enable/disable",
        "enabled/disabled", "on/off", "allowed/forbidden", "allowed/prohibited", "safe/unsafe", "safe/dangerous", "possible/impossible",
        "valid/invalid", "legal/illegal", "correct/incorrect", "right/wrong", "positive/negative", "minimum/maximum", "least/most",
        "min/max",
        "buy/sell", "win/lose", "won/lost", "accept/reject", "accepted/rejected", "approved/rejected", "approved/denied", "include/exclude",
        "included/excluded", "with/without", "mit/ohne", "avec/sans", "con/sin", "com/sem", "con/senza", "met/zonder", "z/bez", "с/без",
        "north/south", "east/west", "hot/cold", "warmer/colder", "bigger/smaller", "larger/smaller",
        "longer/shorter", "faster/slower", "better/worse", "best/worst", "north/west", "add/remove", "import/export", "internal/external",
        "upper/lower", "mehr/weniger", "höher/niedriger", "steigt/sinkt", "vor/nach", "links/rechts", "größer/kleiner", "erlaubt/verboten",
        "immer/nie", "mindestens/höchstens", "an/aus", "plus/moins", "avant/après", "augmente/diminue", "gauche/droite", "toujours/jamais",
        "más/menos", "antes/después", "aumenta/disminuye", "izquierda/derecha", "siempre/nunca", "больше/меньше", "до/после", "выше/ниже",
        "więcej/mniej", "przed/po", "wyżej/niżej", "多/少", "大/小", "前/后", "高/低", "上/下", "左/右", "أكثر/أقل", "قبل/بعد",
    ]

    /// What a word is the opposite of.
    static let opposite: WordTable<[UInt64]> = {
        var opposite = WordTable<[UInt64]>(capacity: 2 * opposites.count)
        for pair in opposites {
            let words = pair.split(separator: "/").map { WordHash.of(String($0)) }
            for (word, other) in [(words[0], words[1]), (words[1], words[0])] {
                opposite.insert(word, [])
                opposite.update(word) { $0.append(other) }
            }
        }
        return opposite
    }()

    /// Signs that turn a comparison round.
    static let oppositeSigns: [Unicode.Scalar: [Unicode.Scalar]] = [
        "<": [">", "≥"], ">": ["<", "≤"], "≤": ["≥", ">"], "≥": ["≤", "<"], "=": ["≠"], "≠": ["="], "✓": ["✗"],
        "✅": ["❌"], "❌": ["✅"], "✗": ["✓"], "👍": ["👎"], "👎": ["👍"],
    ]
}
