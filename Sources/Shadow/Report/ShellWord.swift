/// Names in commands that a reader copies into a shell.
enum ShellWord {
    /// The word, quoted where it holds anything but the plainest characters.
    static func of(_ word: String) -> String {
        let plain = word.utf8.allSatisfy {
            ($0 >= 48 && $0 <= 57) || ($0 >= 65 && $0 <= 90) || ($0 >= 97 && $0 <= 122) || "-_./:@+".utf8.contains($0)
        }
        if plain, !word.isEmpty { return word }
        return "'" + ForeignText.name(word).split(separator: "'", omittingEmptySubsequences: false).joined(separator: "'\\''") + "'"
    }
}
