import Foundation
import JSON
import Report
import Testing
import Verdict

/// Every golden page in Chromium, as a lead meets it: at three widths, light and dark, in print, by keyboard and by screen reader.
/// `UNDERSTUDY_SCREENSHOTS=FOLDER` keeps pictures to look at.
@Suite(.serialized, .enabled(if: Browser.program != nil, "Chromium is not installed (apt-get install chromium)"))
struct `Rendered pages` {
    static let widths = [360, 800, 1280]
    static let settings = widths.flatMap { [Browser.Setting(width: $0), Browser.Setting(width: $0, isDark: true)] }

    private let browser = Browser.shared

    private func open(_ golden: GoldenTests.Golden, _ setting: Browser.Setting) async throws -> [String] {
        try await browser.open(GoldenTests.folder.appending(path: "\(golden.name).html"), setting)
    }

    /// Holds that a probe finds nothing amiss.
    private func expectNone(_ probe: String, _ what: Comment, at place: SourceLocation = #_sourceLocation) async throws {
        let found = try #require(try await browser.evaluate(probe).arrayValue).compactMap(\.stringValue)
        #expect(found == [], what, sourceLocation: place)
    }

    @Test(arguments: GoldenTests.all) func nothingRunsAndNothingIsLoaded(_ golden: GoldenTests.Golden) async throws {
        let requests = try await open(golden, Browser.Setting(width: 1280))
        #expect(requests.count == 1 && requests[0].hasSuffix("/\(golden.name).html"), "\(requests)")
        try await expectNone(PageProbe.active, "active")
    }

    @Test(arguments: GoldenTests.all) func fitsAndReadsAtEveryWidthInLightAndDark(_ golden: GoldenTests.Golden) async throws {
        for setting in Self.settings {
            _ = try await open(golden, setting)
            if let folder = ProcessInfo.processInfo.environment["UNDERSTUDY_SCREENSHOTS"] {
                let name = "\(golden.name)-\(setting.width)-\(setting.isDark ? "dark" : "light").png"
                try await browser.screenshot(width: setting.width).write(to: URL(filePath: folder).appending(path: name))
            }
            _ = try await browser.evaluate(PageProbe.openEverything)
            try await expectNone(PageProbe.overflowing, "\(setting)")
            try await expectNone(PageProbe.faint, "\(setting)")
        }
    }

    @Test(arguments: GoldenTests.all) func verdictReasonAndNextStepStandOnTheFirstScreen(_ golden: GoldenTests.Golden) async throws {
        for width in Self.widths {
            _ = try await open(golden, Browser.Setting(width: width))
            let ends = "(s => document.querySelector(s).getBoundingClientRect().bottom)"
            #expect(try await browser.evaluate("\(ends)('.action')").doubleValue ?? .infinity <= 400, "\(width) px")
            #expect(try await browser.evaluate("\(ends)('.worst')").doubleValue ?? .infinity <= 900, "\(width) px")
        }
    }

    @Test(arguments: GoldenTests.all) func printsOnTwoToFourPagesWithNothingCutOff(_ golden: GoldenTests.Golden) async throws {
        // What A4 leaves between its margins, in CSS pixels.
        let setting = Browser.Setting(width: 703, media: "print")
        _ = try await open(golden, setting)
        try await expectNone(PageProbe.overflowing, "overflowing")
        try await expectNone(PageProbe.scrolling, "scrolling")
        try await expectNone(PageProbe.faint, "faint")
        _ = try await open(golden, Browser.Setting(width: 1280, media: ""))
        #expect((2...4).contains(try await browser.printedPages()))
    }

    @Test(arguments: GoldenTests.all) func aScreenReaderFindsItsWay(_ golden: GoldenTests.Golden) async throws {
        _ = try await open(golden, Browser.Setting(width: 1280))
        _ = try await browser.evaluate(PageProbe.openEverything)
        let nodes = try await browser.accessibleNodes()
        func names(_ role: String) -> [String] { nodes.filter { $0.role == role }.map(\.name) }
        for landmark in ["banner", "main", "contentinfo"] { #expect(names(landmark).count == 1, "\(landmark)") }
        let navigations = names("navigation")
        #expect(!navigations.isEmpty && Set(navigations).count == navigations.count && !navigations.contains(""))
        #expect(!names("region").contains(""))
        let pictures = names("image") + names("img")
        #expect(pictures.count == (try await browser.evaluate("document.querySelectorAll('svg').length").intValue))
        // A title and what the picture shows, in words.
        #expect(!pictures.contains { $0.split(separator: " ").count < 2 }, "\(pictures)")
        try await expectNone(PageProbe.headingFaults, "headingFaults")
        try await expectNone(PageProbe.danglingReferences, "danglingReferences")
    }

    @Test(arguments: GoldenTests.all) func everythingThatOpensIsReachedAndOpenedByKeyboard(_ golden: GoldenTests.Golden) async throws {
        _ = try await open(golden, Browser.Setting(width: 1280))
        let count = try await browser.evaluate(PageProbe.numberReachable).intValue ?? 0
        #expect(count > 10)
        for _ in 0..<count {
            try await browser.press("Tab", code: 9)
            _ = try await browser.evaluate("document.activeElement.dataset.reached = ''")
        }
        try await expectNone(PageProbe.unreached, "unreached")
        _ = try await browser.evaluate(PageProbe.openEverything)
        let summaries = try await browser.evaluate("document.querySelectorAll('summary').length").intValue ?? 0
        for index in 0..<summaries {
            let summary = "document.querySelectorAll('summary')[\(index)]"
            _ = try await browser.evaluate("\(summary).focus()")
            try await browser.press("Enter", code: 13, text: "\r")
            #expect(try await browser.evaluate("\(summary).parentElement.open").boolValue == false, "\(index)")
            try await browser.press("Enter", code: 13, text: "\r")
            #expect(try await browser.evaluate("\(summary).parentElement.open").boolValue == true, "\(index)")
        }
    }
}

/// The golden pages under Tidy, which knows HTML's grammar.
@Suite(.enabled(if: FileManager.default.isExecutableFile(atPath: "/usr/bin/tidy"), "Tidy is not installed (apt-get install tidy)"))
struct `Valid pages` {
    @Test(arguments: GoldenTests.all) func tidyHasNothingToSay(_ golden: GoldenTests.Golden) throws {
        let (tidy, said) = (Process(), Pipe())
        tidy.executableURL = URL(filePath: "/usr/bin/tidy")
        tidy.arguments = ["-quiet", "-errors", "-utf8", GoldenTests.folder.appending(path: "\(golden.name).html").path]
        tidy.standardError = said
        try tidy.run()
        let text = String(decoding: said.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        tidy.waitUntilExit()
        // Tidy takes the title of an SVG, which may have an id, for the document's.
        let faults = text.split(separator: "\n").filter { !$0.hasSuffix("<title> proprietary attribute \"id\"") }
        #expect(faults == [])
    }
}
