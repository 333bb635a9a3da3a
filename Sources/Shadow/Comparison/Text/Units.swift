/// Units and currencies as they stand beside numbers: known by a canonical name each, so that `km` and `kilometers` meet.
enum Units {
    /// Written in full, in any case.
    private static let words: WordTable<String> = table([
        ("%", "percent prozent percentage pourcent procent процентов процента процент"),
        ("km", "kilometer kilometers kilometre kilometres kilómetros kilomètres kilometrów километров километра"),
        ("m", "meter meters metre metres metros mètres metrów метров метра"),
        ("cm", "centimeter centimeters centimetre centimetres zentimeter"),
        ("mm", "millimeter millimeters millimetre millimetres"), ("mi", "mile miles meilen millas милль миль"),
        ("ft", "foot feet fuß"), ("in", "inch inches"), ("yd", "yard yards"),
        ("kg", "kilogram kilograms kilogramm kilogrammes kilos kilo килограммов килограмм"),
        ("g", "gram grams gramm grammes gramos граммов"), ("mg", "milligram milligrams milligramm"), ("t", "tonne tonnes tons tonnen тонн"),
        ("lb", "lb lbs"), ("oz", "ounce ounces"), ("l", "liter liters litre litres litros litrów литров"),
        ("ml", "milliliter milliliters millilitre millilitres"), ("gal", "gallon gallons"),
        ("s", "second seconds sec secs sekunde sekunden secondes segundos secondi секунд sekund"),
        ("min", "minute minutes mins minuten minutos minuti минут минуты minut"),
        ("h", "hour hours hrs stunde stunden heures heure horas hora ore часов часа godzin godziny uur"),
        ("d", "day days tag tage tagen jours jour días dias giorni dni дней дня dagen"),
        ("week", "week weeks woche wochen semaine semaines semana semanas settimane tygodni недель недели weken"),
        ("month", "month months monat monate monaten mois mes meses mesi miesięcy месяцев месяца maanden"),
        ("year", "year years jahr jahre jahren ans année années años anos anni lat лет года jaar"),
        ("$", "dollar dollars usd dólares dolarów долларов"), ("€", "euro euros eur евро"), ("£", "gbp sterling"),
        ("¥", "yen jpy cny yuan"),
        ("₹", "rupee rupees inr"), ("₽", "rubel ruble rubles rub рублей рубля"), ("zł", "złoty złotych złote pln"),
        ("¢", "cent cents centimes centavos"),
    ])

    /// Symbols that mean something else in other case.
    private static let symbols: Set<String> = [
        "km", "m", "cm", "mm", "nm", "mi", "ft", "yd", "kg", "g", "mg", "µg", "t", "lb", "oz", "l", "L", "ml", "mL", "s", "ms", "min", "h",
        "kB", "KB", "MB", "GB", "TB", "Mb", "Gb", "kW", "W", "MW", "GW", "mW", "kWh", "MWh", "V", "kV", "A", "mA", "Hz", "kHz", "MHz",
        "GHz", "Pa", "kPa", "MPa", "J", "kJ", "cal", "kcal", "N", "kN", "mol", "K", "px", "kr", "zł", "km/h", "mph", "dB", "am", "pm",
        "CHF", "kn",
    ]

    private static let symbolTable: [String: String] = Dictionary(
        uniqueKeysWithValues: symbols.map { ($0, ["L": "l", "mL": "ml", "KB": "kB"][$0] ?? $0) })

    /// The unit that a word names.
    static func unit(_ hash: UInt64, _ text: @autoclosure () -> String, length: Int) -> String? {
        if let unit = words[hash] { return unit }
        return length <= 4 ? symbolTable[text()] : nil
    }

    /// The unit that a sign stands for.
    static func unit(_ sign: Unicode.Scalar) -> String? {
        switch sign {
        case "%", "％", "٪": "%"
        case "$", "€", "£", "¥", "₹", "₽", "₩", "¢", "‰", "°": String(sign)
        default: nil
        }
    }

    private static func table(_ units: [(String, String)]) -> WordTable<String> {
        WordTable(units.flatMap { unit in unit.1.split(separator: " ").map { (String($0), unit.0) } })
    }
}
