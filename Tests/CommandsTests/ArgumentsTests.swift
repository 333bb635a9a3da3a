import Testing

@testable import Commands

@Suite struct ArgumentsTests {
    private static let options: [Option] = [.value("file", short: "f", "FILE", ""), .flag("json", ""), .value("format", "FORMAT", "")]

    @Test func optionsStandBeforeOrAfterOperandsInEverySpelling() throws {
        for words in [["-f", "a.yaml", "--json", "shop"], ["shop", "--file=a.yaml", "--json"], ["--json", "shop", "--file", "a.yaml"]] {
            let arguments = try Arguments(words, options: Self.options)
            #expect(arguments["file"] == "a.yaml")
            #expect(arguments.has("json"))
            #expect(try arguments.operands("the workload") == ["shop"])
        }
    }

    @Test func twoDashesEndTheOptions() throws {
        #expect(try Arguments(["--", "--json"], options: Self.options).operands == ["--json"])
    }

    @Test(arguments: [
        (["--jsn"], "Did you mean --json?"), (["--file"], "--file needs a value"), (["--json=yes"], "--json takes no value"),
        (["--file", "a", "-f", "b"], "given twice"), (["--quite-something-else"], "unknown option"),
    ])
    func wrongUseIsSaidInOneLineAndEndsWithTwo(_ words: [String], _ complaint: String) {
        #expect {
            try Arguments(words, options: Self.options)
        } throws: { error in
            guard let error = error as? CommandError else { return false }
            return error.exitCode == 2 && error.description.contains(complaint) && !error.description.contains("\n")
        }
    }

    @Test func operandsAreNamedWhenMissingOrTooMany() throws {
        #expect { try Arguments([], options: []).operands("the workload") } throws: { "\($0)" == "the workload is missing." }
        #expect { try Arguments(["a", "b"], options: []).operands("the workload") } throws: { "\($0)" == "unexpected argument b." }
    }

    @Test func everyCommandHasAHelpWithItsOptions() {
        for command in UnderstudyProgram.commands {
            #expect(command.help.hasPrefix("usage: understudy \(command.name)"))
            for option in command.allOptions { #expect(command.help.contains("--\(option.name)")) }
            #expect(command.help.split(separator: "\n").allSatisfy { $0.count <= 180 })
        }
        #expect(UnderstudyProgram.overview.contains("understudy demo"))
    }

    @Test func unknownCommandsAndMissingOnesAreWrongUse() {
        #expect(UnderstudyProgram.main(["repot"]) == 2)
        #expect(UnderstudyProgram.main(["--json"]) == 2)
        #expect(UnderstudyProgram.main(["--version"]) == 0)
        #expect(UnderstudyProgram.main(["report", "--help"]) == 0)
    }
}
