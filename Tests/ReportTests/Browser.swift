import Foundation
import JSON
import Testing

/// Debian's Chromium without a window, driven over its debugging pipe: one tab, one page at a time.
actor Browser {
    /// nil where no Chromium is installed.
    static let program = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"]
        .first { FileManager.default.isExecutableFile(atPath: $0) }
    /// Starts with the first page and ends with the test process, which holds the other end of its pipe.
    static let shared = Browser()

    private let process = Process()
    private let commands = Pipe()
    private let answers = Pipe()
    private var unread: [UInt8] = []
    private var lastNumber = 0
    private var session: String?
    /// What the page at hand asked for, itself included.
    private var requests: [String] = []

    struct Failure: Error, CustomStringConvertible {
        let description: String
    }

    /// A page as a person meets it.
    struct Setting: Sendable, CustomStringConvertible {
        var width: Int
        var isDark = false
        var media = "screen"

        var description: String { "\(width) px, \(isDark ? "dark" : "light"), \(media)" }
    }

    /// Opens a file and answers which addresses that took.
    func open(_ file: URL, _ setting: Setting) throws -> [String] {
        try start()
        try show(setting)
        requests = []
        try call("Page.navigate", ["url": JSONValue(file.absoluteString)])
        // The page has no script, so that it is complete once its document is.
        while try evaluate("document.readyState + location.protocol").stringValue != "completefile:" {}
        return requests
    }

    /// Changes how the page at hand is shown.
    func show(_ setting: Setting) throws {
        try call(
            "Emulation.setDeviceMetricsOverride",
            ["width": JSONValue(setting.width), "height": 900, "deviceScaleFactor": 1, "mobile": false])
        try call(
            "Emulation.setEmulatedMedia",
            [
                "media": JSONValue(setting.media),
                "features": [["name": "prefers-color-scheme", "value": JSONValue(setting.isDark ? "dark" : "light")]],
            ])
    }

    /// The value of a JavaScript expression, evaluated by the browser and not by the page, whose policy forbids all scripts.
    func evaluate(_ expression: String) throws -> JSONValue {
        let answer = try call("Runtime.evaluate", ["expression": JSONValue(expression), "returnByValue": true])
        guard answer["exceptionDetails"] == nil else { throw Failure(description: "\(answer["exceptionDetails"]!)") }
        return answer["result"]?["value"] ?? .null
    }

    /// Presses and releases a key.
    func press(_ key: String, code: Int, text: String? = nil) throws {
        for type in ["keyDown", "keyUp"] {
            var parameters: [JSONMember] = [
                JSONMember("type", JSONValue(type)), JSONMember("key", JSONValue(key)), JSONMember("code", JSONValue(key)),
                JSONMember("windowsVirtualKeyCode", JSONValue(code)),
            ]
            if type == "keyDown", let text { parameters.append(JSONMember("text", JSONValue(text))) }
            try call("Input.dispatchKeyEvent", .object(parameters))
        }
    }

    /// Role, name of everything that a screen reader meets.
    func accessibleNodes() throws -> [(role: String, name: String)] {
        let answer = try call("Accessibility.getFullAXTree", [:])
        return (answer["nodes"]?.arrayValue ?? []).filter { $0["ignored"]?.boolValue == false }.map {
            ($0["role"]?["value"]?.stringValue ?? "", $0["name"]?["value"]?.stringValue ?? "")
        }
    }

    /// How many sheets the page takes in print.
    func printedPages() throws -> Int {
        let answer = try call("Page.printToPDF", ["preferCSSPageSize": true, "printBackground": true])
        let pdf = try #require(Data(base64Encoded: answer["data"]?.stringValue ?? ""))
        return String(decoding: pdf, as: Unicode.ASCII.self).matches(of: /\/Type \/Page\b(?!s)/).count
    }

    /// The page at hand as a picture of its whole length.
    func screenshot(width: Int) throws -> Data {
        let height = try evaluate("document.documentElement.scrollHeight").intValue ?? 900
        let clip: JSONValue = ["x": 0, "y": 0, "width": JSONValue(width), "height": JSONValue(height), "scale": 1]
        let answer = try call("Page.captureScreenshot", ["format": "png", "captureBeyondViewport": true, "clip": clip])
        return try #require(Data(base64Encoded: answer["data"]?.stringValue ?? ""))
    }

    // MARK: The pipe

    private func start() throws {
        guard session == nil else { return }
        let profile = FileManager.default.temporaryDirectory.appending(path: "understudy-browser-\(UUID().uuidString)").path
        process.executableURL = URL(filePath: "/bin/sh")
        // The debugging pipe is the descriptors 3 and 4. The profile goes with the browser, and a browser that hangs is ended.
        process.arguments = [
            "-c", #"timeout 600 "$@" "--user-data-dir=$0" 3<&0 4>&1 >/dev/null 2>&1; rm -rf "$0""#, profile, Self.program ?? "chromium",
            "--headless", "--remote-debugging-pipe", "--disable-gpu", "--no-first-run", "--hide-scrollbars", "about:blank",
        ]
        // Chromium's own sandbox does not start for root.
        if geteuid() == 0 { process.arguments?.insert("--no-sandbox", at: 4) }
        process.standardInput = commands
        process.standardOutput = answers
        process.standardError = FileHandle.nullDevice
        try process.run()
        let target = try call("Target.createTarget", ["url": "about:blank"])["targetId"] ?? .null
        session = try call("Target.attachToTarget", ["targetId": target, "flatten": true])["sessionId"]?.stringValue
        for domain in ["Page", "Network", "Accessibility"] { try call("\(domain).enable", [:]) }
    }

    /// Sends one command and reads on to its answer.
    @discardableResult
    private func call(_ method: String, _ parameters: JSONValue) throws -> JSONValue {
        lastNumber += 1
        var members = [
            JSONMember("id", JSONValue(lastNumber)), JSONMember("method", JSONValue(method)), JSONMember("params", parameters),
        ]
        if let session { members.append(JSONMember("sessionId", JSONValue(session))) }
        try commands.fileHandleForWriting.write(contentsOf: Data(JSONValue.object(members).serialised() + [0]))
        while true {
            let message = try JSONValue.parse(try nextMessage())
            if message["method"]?.stringValue == "Network.requestWillBeSent" {
                requests.append(message["params"]?["request"]?["url"]?.stringValue ?? "")
            }
            guard message["id"]?.intValue == lastNumber else { continue }
            if let error = message["error"] { throw Failure(description: "\(method): \(error)") }
            return message["result"] ?? .null
        }
    }

    private func nextMessage() throws -> [UInt8] {
        var searched = 0
        while true {
            if let end = unread[searched...].firstIndex(of: 0) {
                defer { unread.removeFirst(end + 1) }
                return Array(unread[..<end])
            }
            searched = unread.count
            let more = answers.fileHandleForReading.availableData
            if more.isEmpty { throw Failure(description: "the browser has ended") }
            unread += more
        }
    }
}
