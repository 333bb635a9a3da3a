/// An amount of money: a currency by sign or code, before or after the number, or none.
struct CurrencyMeaning {
    /// The code of ISO 4217, or a sign that several currencies share; nil where nothing is said.
    let currency: String?
    /// In JSON's normal form.
    let amount: String

    init?(_ text: String) {
        let scalars = ValueMeaning.plainDigits(text)
        guard let start = scalars.firstIndex(where: \.isPlainDigit), let end = scalars.lastIndex(where: \.isPlainDigit) else { return nil }
        // `.50` is an amount too; the point after `Rs.` is not.
        let isPointFirst = start > 0 && scalars[start - 1] == "." && (start == 1 || !scalars[start - 2].properties.isAlphabetic)
        let first = isPointFirst ? start - 1 : start
        var before = scalars[..<first]
        var isNegative = NumberMeaning.takeSign(&before)
        if before.last == "-" || before.last == "+" {
            // One sign, in front of the currency or behind it.
            guard !isNegative else { return nil }
            isNegative = before.removeLast() == "-"
        }
        guard let amount = NumberMeaning.onlyValue(scalars[first...end]) else { return nil }
        let names = [before, scalars[(end + 1)...]].map(CurrencyMeaning.trimmed).filter { !$0.isEmpty }
        let codes = names.compactMap(CurrencyMeaning.code)
        guard codes.count == names.count, codes.count <= 1 || (codes[0] == codes[1]) else { return nil }
        currency = codes.first
        self.amount = isNegative && amount != "0" ? "-" + amount : amount
    }

    private static func trimmed(_ scalars: ArraySlice<Unicode.Scalar>) -> String {
        var rest = scalars
        while let first = rest.first, first.properties.isWhitespace { rest.removeFirst() }
        while let last = rest.last, last.properties.isWhitespace { rest.removeLast() }
        return String(String.UnicodeScalarView(rest))
    }

    /// nil for what names no currency. A bare `$` is the US dollar, as programs read it; `¥` and `kr` belong to several
    /// currencies and are only equal to themselves.
    private static func code(_ name: String) -> String? {
        if let code = signs[name] { return code }
        let isCode = name.utf8.count == 3 && name.utf8.allSatisfy { (65...90).contains($0 & 0xDF) }
        return isCode ? name.uppercased() : nil
    }

    private static let signs: [String: String] = [
        "$": "USD", "US$": "USD", "A$": "AUD", "AU$": "AUD", "C$": "CAD", "CA$": "CAD", "NZ$": "NZD", "HK$": "HKD", "S$": "SGD",
        "NT$": "TWD", "R$": "BRL", "€": "EUR", "£": "GBP", "₹": "INR", "Rs": "INR", "Rs.": "INR", "₩": "KRW", "₽": "RUB", "₺": "TRY",
        "₫": "VND", "₪": "ILS", "฿": "THB", "₴": "UAH", "₦": "NGN", "₱": "PHP", "RM": "MYR", "Rp": "IDR", "zł": "PLN", "Kč": "CZK",
        "Ft": "HUF", "Fr.": "CHF", "SFr.": "CHF", "円": "JPY", "元": "CNY", "¥": "¥", "￥": "¥", "kr": "kr", "kr.": "kr",
    ]
}
