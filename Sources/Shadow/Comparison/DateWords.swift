/// The words that stand in dates: English, German, French, Spanish, Italian, Portuguese, Dutch, Polish; Chinese, Japanese and
/// Korean marks.
enum DateWords {
    /// Months by their names and abbreviations, in lower case. No word means two months in two of the languages.
    static let months: [String: Int] = {
        let names = [
            "jan january januar jänner janvier janv enero ene gennaio gen janeiro januari stycznia styczeń",
            "feb february februar feber février févr fév fevrier febrero febbraio febr fevereiro fev februari lutego luty",
            "mar march märz mrz maerz mars marzo março marco maart mrt marca marzec",
            "apr april avril avr abril abr aprile kwietnia kwiecień",
            "may mai mayo maggio mag maio mei maja maj",
            "jun june juni juin junio giugno giu junho czerwca czerwiec",
            "jul july juli juillet juil julio luglio lug julho lipca lipiec",
            "aug august août aout agosto ago augustus sierpnia sierpień",
            "sep sept september septembre septiembre setiembre settembre set setembro września wrzesień",
            "oct october okt oktober octobre octubre ottobre ott outubro out października październik",
            "nov november novembre noviembre novembro listopada listopad",
            "dec december dez dezember décembre déc decembre diciembre dic dicembre dezembro grudnia grudzień",
        ]
        var months: [String: Int] = [:]
        for (index, line) in names.enumerated() {
            for name in line.split(separator: " ") { months[String(name)] = index + 1 }
        }
        return months
    }()

    /// Days of the week say nothing that the date does not say.
    static let weekdays: Set<String> = words(
        "monday tuesday wednesday thursday friday saturday sunday mon tue tues wed thu thur thurs fri sat sun",
        "montag dienstag mittwoch donnerstag freitag samstag sonnabend sonntag mo di mi fr sa so",
        "lundi mardi mercredi jeudi vendredi samedi dimanche lun mer jeu ven sam dim",
        "lunes martes miércoles jueves viernes sábado domingo mié jue vie sáb dom",
        "lunedì martedì mercoledì giovedì venerdì sabato domenica gio",
        "maandag dinsdag woensdag donderdag vrijdag zaterdag zondag")

    /// Words between the parts of a date.
    static let fillers: Set<String> = words("of the de del den der le el")

    /// What follows a number that counts.
    static let ordinals: Set<String> = words("st nd rd th er o a º ª ème")

    /// What follows a number in East Asia, and what it makes of that.
    static let parts = ["年": "year", "月": "month", "日": "day", "년": "year", "월": "month", "일": "day"]

    private static func words(_ lines: String...) -> Set<String> { Set(lines.flatMap { $0.split(separator: " ").map(String.init) }) }
}
