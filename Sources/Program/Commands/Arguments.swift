/// One option of a command, as its `--help` shows it.
struct Option: Sendable {
    /// The long name without dashes, e.g. `database`.
    let name: String
    /// A one-letter form without the dash, or nil.
    let short: Character?
    /// What stands for the value in the help, e.g. `URL`; nil for a switch.
    let value: String?
    let help: String

    static func value(_ name: String, short: Character? = nil, _ value: String, _ help: String) -> Option {
        Option(name: name, short: short, value: value, help: help)
    }

    static func flag(_ name: String, short: Character? = nil, _ help: String) -> Option {
        Option(name: name, short: short, value: nil, help: help)
    }
}

/// An error that ends a command with one line on standard error.
struct CommandError: Error, CustomStringConvertible {
    /// What happened and what to do, in one line.
    let description: String
    /// 1: the command failed. 2: it was used wrongly.
    let exitCode: Int32

    static func failed(_ message: String) -> CommandError { CommandError(description: message, exitCode: 1) }
    static func usage(_ message: String) -> CommandError { CommandError(description: message, exitCode: 2) }
}

/// The options and operands of one invocation. Options may stand before or after operands; `--` ends them.
struct Arguments {
    private(set) var operands: [String] = []
    private var values: [String: String] = [:]
    private var flags: Set<String> = []

    /// Sorts `words` by the options that a command knows.
    /// Throws a usage error for an unknown option, a missing value or a value given twice.
    init(_ words: [String], options: [Option]) throws {
        var index = 0
        var optionsEnded = false
        while index < words.count {
            let word = words[index]
            index += 1
            if optionsEnded || word == "-" || !word.hasPrefix("-") {
                operands.append(word)
            } else if word == "--" {
                optionsEnded = true
            } else {
                try take(word, of: options, following: words, at: &index)
            }
        }
    }

    private mutating func take(_ word: String, of options: [Option], following words: [String], at index: inout Int) throws {
        let parts = word.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
        let spelled = String(parts[0])
        let option = options.first { spelled == "--\($0.name)" || ($0.short.map { spelled == "-\($0)" } ?? false) }
        guard let option else {
            let near = options.map(\.name).min { distance($0, spelled) < distance($1, spelled) }
            let hint = near.map { distance($0, spelled) <= 3 ? " Did you mean --\($0)?" : "" } ?? ""
            throw CommandError.usage("unknown option \(spelled).\(hint)")
        }
        guard option.value != nil else {
            guard parts.count == 1 else { throw CommandError.usage("--\(option.name) takes no value.") }
            flags.insert(option.name)
            return
        }
        let value: String
        if parts.count == 2 {
            value = String(parts[1])
        } else if index < words.count {
            value = words[index]
            index += 1
        } else {
            throw CommandError.usage("--\(option.name) needs a value: --\(option.name) \(option.value ?? "").")
        }
        guard values.updateValue(value, forKey: option.name) == nil else { throw CommandError.usage("--\(option.name) is given twice.") }
    }

    /// The value of an option, or nil when it was not given.
    subscript(_ name: String) -> String? { values[name] }

    /// Whether a switch was given.
    func has(_ name: String) -> Bool { flags.contains(name) }

    /// The only operands, exactly as many as `names`; a usage error says which is missing or too many.
    func operands(_ names: String...) throws -> [String] {
        if operands.count < names.count { throw CommandError.usage("\(names[operands.count]) is missing.") }
        if operands.count > names.count { throw CommandError.usage("unexpected argument \(operands[names.count]).") }
        return operands
    }

    /// The value of an option that must be given.
    func required(_ name: String, _ what: String) throws -> String {
        guard let value = values[name] else { throw CommandError.usage("\(what) is missing: give --\(name).") }
        return value
    }

    /// A whole number from an option, within a range.
    func integer(_ name: String, in range: ClosedRange<Int>, default standard: Int) throws -> Int {
        guard let text = values[name] else { return standard }
        guard let number = Int(text), range.contains(number) else {
            throw CommandError.usage("--\(name) must be a whole number from \(range.lowerBound) to \(range.upperBound), not \(text).")
        }
        return number
    }
}

/// Levenshtein distance, for hints at what was probably meant.
func distance(_ left: String, _ right: String) -> Int {
    let leftBytes = Array(left.utf8.drop { $0 == UInt8(ascii: "-") })
    let rightBytes = Array(right.utf8.drop { $0 == UInt8(ascii: "-") })
    var row = Array(0...rightBytes.count)
    for (i, byte) in leftBytes.enumerated() {
        var diagonal = row[0]
        row[0] = i + 1
        for (j, other) in rightBytes.enumerated() {
            let cost = min(row[j] + 1, row[j + 1] + 1, diagonal + (byte == other ? 0 : 1))
            diagonal = row[j + 1]
            row[j + 1] = cost
        }
    }
    return row[rightBytes.count]
}
