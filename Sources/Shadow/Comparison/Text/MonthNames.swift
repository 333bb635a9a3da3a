/// The names of months by language, and of the days of the week.
enum MonthNames {
    private static let names = [
        "january jan januar january janvier enero gennaio janeiro januari stycznia styczeń января январь jänner ene jänner",
        "february feb februar février febrero febbraio fevereiro februari lutego luty февраля февраль",
        "march mar märz mars marzo março maart marca marzec марта март mär",
        "april apr avril abril aprile april kwietnia kwiecień апреля апрель avr abr",
        "may mai mayo maggio maio mei maja maj мая май",
        "june jun juni juin junio giugno junho czerwca czerwiec июня июнь",
        "july jul juli juillet julio luglio julho lipca lipiec июля июль",
        "august aug août agosto augustus sierpnia sierpień августа август augusti",
        "september sep sept septembre septiembre settembre setembro września wrzesień сентября сентябрь",
        "october oct oktober octobre octubre ottobre outubro okt października październik октября октябрь",
        "november nov novembre noviembre novembro listopada listopad ноября ноябрь",
        "december dec dezember décembre diciembre dicembre dezembro dez grudnia grudzień декабря декабрь",
    ]

    /// A month's number by its name.
    static let numbers = table(names)

    /// Names of the days of the week, in languages that write them with a capital or where they are no common word.
    static let weekdays = table([
        "monday montag lundi lunes lunedì maandag poniedziałek понедельник", "tuesday dienstag mardi martes dinsdag wtorek вторник",
        "wednesday mittwoch mercredi miércoles woensdag środa среда", "thursday donnerstag jeudi jueves donderdag czwartek четверг",
        "friday freitag vendredi viernes vrijdag piątek пятница", "saturday samstag samedi sábado zaterdag sobota суббота",
        "sunday sonntag dimanche domingo zondag niedziela воскресенье",
    ])

    /// The lines numbered from 1.
    private static func table(_ lines: [String]) -> WordTable<Int> {
        WordTable(lines.enumerated().flatMap { line in line.element.split(separator: " ").map { (String($0), line.offset + 1) } })
    }
}
