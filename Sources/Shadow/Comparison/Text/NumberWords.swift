/// Numbers written as words, by language. Left out are words that mostly mean something else: `second`, French `neuf` (new);
/// `one` counts in `twenty-one` and `one thousand` only.
struct NumberWords {
    /// A number below a hundred, or a hundred itself.
    private let values: WordTable<Int>
    /// Powers of ten that multiply what stands before them.
    private let powers: WordTable<Int>

    private static let tables: [String: NumberWords] = [
        "en": NumberWords(
            "one=1 two=2 three=3 four=4 five=5 six=6 seven=7 eight=8 nine=9 ten=10 eleven=11 twelve=12 thirteen=13 fourteen=14 fifteen=15 "
                + "sixteen=16 seventeen=17 eighteen=18 nineteen=19 twenty=20 thirty=30 forty=40 fifty=50 sixty=60 seventy=70 eighty=80 "
                + "ninety=90 dozen=12",
            "hundred=2 thousand=3 million=6 billion=9 trillion=12"),
        "de": NumberWords(
            "zwei=2 drei=3 vier=4 fünf=5 sechs=6 sieben=7 acht=8 neun=9 zehn=10 elf=11 zwölf=12 dreizehn=13 vierzehn=14 fünfzehn=15 "
                + "sechzehn=16 siebzehn=17 achtzehn=18 neunzehn=19 zwanzig=20 dreißig=30 vierzig=40 fünfzig=50 sechzig=60 siebzig=70 "
                + "achtzig=80 neunzig=90",
            "hundert=2 tausend=3 million=6 millionen=6 mio=6 milliarde=9 milliarden=9 mrd=9"),
        "fr": NumberWords(
            "deux=2 trois=3 quatre=4 cinq=5 six=6 sept=7 huit=8 dix=10 onze=11 douze=12 treize=13 quatorze=14 quinze=15 seize=16 "
                + "vingt=20 trente=30 quarante=40 cinquante=50 soixante=60",
            "cent=2 mille=3 million=6 millions=6 milliard=9 milliards=9"),
        "es": NumberWords(
            "dos=2 tres=3 cuatro=4 cinco=5 seis=6 siete=7 ocho=8 nueve=9 diez=10 once=11 doce=12 trece=13 catorce=14 quince=15 "
                + "veinte=20 treinta=30 cuarenta=40 cincuenta=50 sesenta=60 setenta=70 ochenta=80 noventa=90",
            "cien=2 mil=3 millón=6 millones=6"),
        "it": NumberWords(
            "due=2 tre=3 quattro=4 cinque=5 sette=7 otto=8 nove=9 dieci=10 undici=11 dodici=12 quindici=15 venti=20 trenta=30 "
                + "quaranta=40 cinquanta=50 sessanta=60",
            "cento=2 mila=3 mille=3 milione=6 milioni=6 miliardi=9"),
        "pt": NumberWords(
            "dois=2 duas=2 três=3 quatro=4 cinco=5 seis=6 sete=7 oito=8 nove=9 dez=10 onze=11 doze=12 quinze=15 vinte=20 trinta=30 "
                + "quarenta=40 cinquenta=50",
            "cem=2 mil=3 milhão=6 milhões=6"),
        "nl": NumberWords(
            "twee=2 drie=3 vier=4 vijf=5 zes=6 zeven=7 acht=8 negen=9 tien=10 elf=11 twaalf=12 vijftien=15 twintig=20 dertig=30 "
                + "veertig=40 vijftig=50",
            "honderd=2 duizend=3 miljoen=6 miljard=9"),
        "pl": NumberWords(
            "dwa=2 dwie=2 trzy=3 cztery=4 pięć=5 pięciu=5 sześć=6 siedem=7 osiem=8 dziewięć=9 dziesięć=10 jedenaście=11 dwanaście=12 "
                + "piętnaście=15 dwadzieścia=20 trzydzieści=30",
            "sto=2 tysiąc=3 tysiące=3 tysięcy=3 milion=6 miliony=6 milionów=6"),
        "ru": NumberWords(
            "два=2 две=2 три=3 четыре=4 пять=5 пяти=5 шесть=6 семь=7 восемь=8 девять=9 десять=10 одиннадцать=11 двенадцать=12 "
                + "пятнадцать=15 двадцать=20 тридцать=30 сорок=40",
            "сто=2 тысяча=3 тысячи=3 тысяч=3 миллион=6 миллиона=6 миллионов=6"),
    ]

    private init(_ values: String, _ powers: String) {
        self.values = NumberWords.entries(values)
        self.powers = NumberWords.entries(powers)
    }

    private static func entries(_ text: String) -> WordTable<Int> {
        WordTable(
            text.split(separator: " ").map { entry in
                let parts = entry.split(separator: "=")
                return (String(parts[0]), Int(parts[1])!)
            })
    }

    /// The words of a language; English ones where the language is not known, none for a language without a table.
    static func of(_ language: String?) -> NumberWords? { tables[language ?? "en"] }

    /// The power of ten that a word multiplies by.
    func power(_ hash: UInt64) -> Int? { powers[hash] }

    /// The number that begins at a token and where it ends: `three`, `twenty-one`, `two hundred and five`, `four million`.
    func number(_ prose: Prose, _ start: Int) -> (value: DecimalNumber, end: Int)? {
        guard let first = values[prose.tokens[start].hash], first > 1 || isPower(prose, start + 1) else { return nil }
        var total = 0
        var part = 0
        var last = Int.max
        var index = start
        var end = start
        while index < prose.tokens.count, prose.tokens[index].sentence == prose.tokens[start].sentence {
            let token = prose.tokens[index]
            if let value = values[token.hash], value < last, last == .max || last % 10 == 0, total < 1_000_000_000 {
                part += value
                last = value
                end = index + 1
            } else if let power = powers[token.hash], part > 0, power <= 9, total < 1_000_000_000 {
                if power == 2 {
                    part *= 100
                    last = 100
                } else {
                    total += part * (power == 3 ? 1000 : power == 6 ? 1_000_000 : 1_000_000_000)
                    (part, last) = (0, .max)
                }
                end = index + 1
                if part == 0, !isNumber(prose, index + 1) { break }
            } else if !prose.isSign(index, "-"), !(token.kind == .word && prose.text(token) == "and" && last == 100) {
                break
            }
            index += 1
        }
        return (DecimalNumber(total + part), end)
    }

    private func isPower(_ prose: Prose, _ index: Int) -> Bool { index < prose.tokens.count && powers.contains(prose.tokens[index].hash) }

    private func isNumber(_ prose: Prose, _ index: Int) -> Bool {
        index < prose.tokens.count && values[prose.tokens[index].hash] != nil
    }
}
