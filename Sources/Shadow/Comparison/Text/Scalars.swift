/// What a scalar is in running text.
enum ScalarKind {
    case letter
    /// Belongs to the letter before it: a vowel sign, an accent.
    case mark
    case digit, space, newline
    /// Punctuation, symbols and all that is none of the others.
    case sign
}

extension Unicode.Scalar {
    /// The scalar's kind. The common blocks are told apart by their numbers, since the tables behind `properties` cost ten
    /// times as much.
    var kind: ScalarKind {
        switch value {
        case 0x61...0x7A, 0x41...0x5A: .letter
        case 0x20: .space
        case 0x30...0x39: .digit
        case 0x0A...0x0D: .newline
        case 0x09: .space
        case 0...0x7F: .sign
        case 0x85, 0x2028, 0x2029: .newline
        case 0xC0...0x24F: value == 0xD7 || value == 0xF7 ? .sign : .letter
        case 0x300...0x36F: .mark
        case 0x400...0x481, 0x48A...0x52F, 0x621...0x64A: .letter
        case 0x2010...0x2027, 0x2030...0x203A, 0x3001...0x3004, 0x3008...0x3011: .sign
        case 0x3041...0x3096, 0x30A1...0x30FA, 0x4E00...0x9FFF, 0xAC00...0xD7A3: .letter
        default: kindByCategory
        }
    }

    private var kindByCategory: ScalarKind {
        switch properties.generalCategory {
        case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter, .letterNumber: .letter
        case .nonspacingMark, .spacingMark, .enclosingMark: .mark
        case .decimalNumber: .digit
        // Joiners hold a word together.
        case .format: value == 0x200C || value == 0x200D ? .mark : .sign
        default: properties.isWhitespace ? .space : .sign
        }
    }

    var isLetter: Bool { kind == .letter }

    var isDigit: Bool { kind == .digit }

    /// White space of any sort.
    var isBlank: Bool { kind == .space || kind == .newline }

    /// 0…9 for a decimal digit of any script.
    var digitValue: Int? {
        switch value {
        case 0x30...0x39: Int(value) - 0x30
        case 0...0x65F: nil
        default: properties.generalCategory == .decimalNumber ? properties.numericValue.map { Int($0) } : nil
        }
    }

    /// In lower case, where that is one scalar.
    var lower: Unicode.Scalar {
        switch value {
        case 0x41...0x5A: return Unicode.Scalar(value + 32) ?? self
        case 0...0xBF, 0x590...0x109F, 0x1100...0x139F, 0x2E80...0xA63F, 0xAC00...0xFAFF: return self
        default: break
        }
        guard properties.changesWhenLowercased else { return self }
        let mapping = properties.lowercaseMapping.unicodeScalars
        return mapping.count == 1 ? mapping.first ?? self : self
    }

    /// Whether it is a capital letter.
    var isUpper: Bool { lower != self }

    /// Whether it is a small letter of a script that has capitals.
    var isLower: Bool {
        switch value {
        case 0x61...0x7A: true
        case 0...0xB4, 0x590...0x109F, 0x2E80...0xA63F, 0xAC00...0xFAFF: false
        default: properties.isLowercase
        }
    }

    /// Whether it belongs to a script that puts no space between words.
    var isUnspaced: Bool {
        switch value {
        case 0x0E00...0x0EFF, 0x1000...0x109F, 0x1780...0x17FF: true  // Thai, Lao, Myanmar, Khmer
        case 0x3005...0x3007, 0x3040...0x30FF, 0x31F0...0x31FF: true  // Japanese syllables
        case 0x3400...0x9FFF, 0xF900...0xFAFF, 0x20000...0x3FFFF: true  // Han
        default: false
        }
    }
}
