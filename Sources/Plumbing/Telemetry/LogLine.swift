/// How a log line reads.
enum LogLine {
    /// `2026-11-16T08:00:00.123Z warning mirror the settings file is damaged file=/data/settings.json`, with its line end,
    /// cut to `Log.maxLineBytes`.
    static func bytes(
        at microseconds: Int64, _ level: LogLevel, _ component: String, _ message: String, _ fields: KeyValuePairs<String, String>
    ) -> [UInt8] {
        var line: [UInt8] = []
        line.reserveCapacity(256)
        line += time(microseconds).utf8
        line += " \(level.rawValue) \(component) ".utf8
        appendOnOneLine(message, to: &line, quoted: false)
        for (key, value) in fields {
            line += " \(key)=".utf8
            let needsQuotes = value.isEmpty || value.utf8.contains { $0 <= 0x20 || $0 == 0x22 || $0 == 0x3D || $0 == 0x7F }
            if needsQuotes { line.append(0x22) }
            appendOnOneLine(value, to: &line, quoted: needsQuotes)
            if needsQuotes { line.append(0x22) }
        }
        if line.count >= Log.maxLineBytes {
            var end = Log.maxLineBytes - 4
            while end > 0, line[end] & 0xC0 == 0x80 { end -= 1 }  // never cut inside a character
            line.removeSubrange(end...)
            line += "...".utf8
        }
        line.append(0x0A)
        return line
    }

    /// Control characters are written as escapes, so that nothing from outside can start a line of its own.
    private static func appendOnOneLine(_ text: String, to line: inout [UInt8], quoted: Bool) {
        for byte in text.utf8 {
            switch byte {
            case 0x0A: line += [0x5C, 0x6E]
            case 0x0D: line += [0x5C, 0x72]
            case 0x09: line += [0x5C, 0x74]
            case 0x22 where quoted: line += [0x5C, 0x22]
            case 0x5C where quoted: line += [0x5C, 0x5C]
            case 0..<0x20, 0x7F: line += "\\x\(byte < 16 ? "0" : "")\(String(byte, radix: 16))".utf8
            default: line.append(byte)
            }
        }
    }

    /// RFC 3339 in UTC, to the millisecond. The date by Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms",
    /// `civil_from_days`, for moments after 1970.
    private static func time(_ microseconds: Int64) -> String {
        func padded(_ value: Int64, _ width: Int) -> String {
            let digits = String(value)
            return String(repeating: "0", count: max(0, width - digits.count)) + digits
        }
        let seconds = max(0, microseconds / 1_000_000)
        let shifted = seconds / 86_400 + 719_468
        let era = shifted / 146_097
        let dayOfEra = shifted % 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let monthFromMarch = (5 * dayOfYear + 2) / 153
        let month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9
        let year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
        let date = "\(padded(year, 4))-\(padded(month, 2))-\(padded(dayOfYear - (153 * monthFromMarch + 2) / 5 + 1, 2))"
        let clock = "\(padded(seconds / 3600 % 24, 2)):\(padded(seconds / 60 % 60, 2)):\(padded(seconds % 60, 2))"
        return "\(date)T\(clock).\(padded(microseconds / 1000 % 1000, 3))Z"
    }
}
