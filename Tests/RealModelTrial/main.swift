// Runs a trial of two real small models on a real labelled workload, over HTTP through the mirror, and prints its report.
//
// usage: swift run -c release RealModelTrial VENV [CASES]
// VENV is where the models' server lies or will be installed; the models and the cases come from the folder `shared` beside the
// checkout (or UNDERSTUDY_SHARED). Without that folder the program says so and ends.
internal import Foundation

func stop(_ message: String) -> Never {
    FileHandle.standardError.write(Data("RealModelTrial: \(message)\n".utf8))
    exit(1)
}

/// A child whose `ready` line is waited for; the words after it.
func start(_ arguments: [String]) throws -> (Process, String) {
    let process = Process()
    process.executableURL = URL(filePath: arguments[0])
    process.arguments = Array(arguments.dropFirst())
    let pipe = Pipe()
    process.standardOutput = pipe
    try process.run()
    var text = ""
    while !text.contains("ready ") || !text.hasSuffix("\n") {
        let data = pipe.fileHandleForReading.availableData
        if data.isEmpty { stop("\(arguments[0]) ended before it was ready: \(text)") }
        text += String(decoding: data, as: UTF8.self)
    }
    return (process, text)
}

/// Runs a program to its end and gives its standard output; a failure ends this program.
@discardableResult func run(_ arguments: [String]) throws -> String {
    let process = Process()
    process.executableURL = URL(filePath: arguments[0])
    process.arguments = Array(arguments.dropFirst())
    let pipe = Pipe()
    process.standardOutput = pipe
    try process.run()
    let output = pipe.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    if process.terminationStatus != 0 { stop("\(arguments.joined(separator: " ")) ended with \(process.terminationStatus)") }
    return String(decoding: output, as: UTF8.self)
}

/// One labelled case of the file.
struct Case {
    let messages: Any
    let label: String
}

/// Sends one case through the mirror and gives the provider's id of the answer.
func ask(_ mirror: String, _ model: String, _ item: Case) throws -> String? {
    let body = try JSONSerialization.data(withJSONObject: ["model": model, "messages": item.messages, "temperature": 0, "max_tokens": 32])
    let answer = try run([
        "/usr/bin/curl", "-sS", "-m", "120", "-H", "Content-Type: application/json", "-H", "Authorization: Bearer unused", "--data-binary",
        String(decoding: body, as: UTF8.self), "\(mirror)/clinc/v1/chat/completions",
    ])
    return (try JSONSerialization.jsonObject(with: Data(answer.utf8)) as? [String: Any])?["id"] as? String
}

let arguments = Array(CommandLine.arguments.dropFirst())
guard let environment = arguments.first else { stop("usage: RealModelTrial VENV [CASES]") }
let most = arguments.count > 1 ? Int(arguments[1]) ?? 460 : 460
let shared = ProcessInfo.processInfo.environment["UNDERSTUDY_SHARED"] ?? "../shared"
guard FileManager.default.fileExists(atPath: "\(shared)/data/intent_clinc20.dev.jsonl") else {
    print("RealModelTrial: skipped, no \(shared)/data here")
    exit(0)
}
let lines = try String(contentsOfFile: "\(shared)/data/intent_clinc20.dev.jsonl", encoding: .utf8).split(separator: "\n").prefix(most)
let cases = lines.compactMap { line -> Case? in
    let object = try? JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any]
    guard let messages = object?["input"], let label = object?["label"] as? String else { return nil }
    return Case(messages: messages, label: label)
}
let labels = Set(cases.map(\.label)).sorted()

let (models, _) = try start(["\(shared)/models/start", environment])
let binary = URL(filePath: CommandLine.arguments[0]).deletingLastPathComponent().appending(path: "understudy").path
let folder = FileManager.default.temporaryDirectory.appending(path: "understudy-real-\(ProcessInfo.processInfo.processIdentifier)")
try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
let data = folder.appending(path: "data").path
let (up, ready) = try start([
    binary, "up", "--data", data, "--mirror-address", "127.0.0.1:0", "--web-address", "127.0.0.1:0", "--metrics-address", "127.0.0.1:0",
])
defer {
    up.terminate()
    up.waitUntilExit()
    models.terminate()
    try? FileManager.default.removeItem(at: folder)
}
guard let mirror = ready.split(whereSeparator: \.isWhitespace).first(where: { $0.hasPrefix("mirror=") })?.dropFirst(7) else { stop(ready) }
let settings = folder.appending(path: "clinc.yaml").path
try """
workload: clinc
compare: { as: label, labels: [\(labels.map { "\"\($0)\"" }.joined(separator: ", "))] }
production: { url: "http://127.0.0.1:18081", price: { input: 0.30, output: 1.20 } }
candidate: { name: qwen-0.5b, url: "http://127.0.0.1:18082", model: candidate-qwen0.5b, price: { input: 0.05, output: 0.20 } }
sample: 100%
control: 10%
""".write(toFile: settings, atomically: true, encoding: .utf8)
print(try run([binary, "enable", "--data", data, "-f", settings]))

var gold = ""
for (number, item) in cases.enumerated() {
    if let id = try ask(String(mirror), "production-qwen1.5b", item) {
        let entry = try JSONSerialization.data(withJSONObject: ["request_id": id, "label": item.label])
        gold += String(decoding: entry, as: UTF8.self) + "\n"
    }
    if number % 50 == 49 { print("\(number + 1) of \(cases.count) cases asked") }
}
let labelFile = folder.appending(path: "labels.jsonl").path
try gold.write(toFile: labelFile, atomically: true, encoding: .utf8)
var status = ""
for _ in 0..<600 {
    status = try run([binary, "status", "--data", data, "clinc", "--json"])
    let object = try JSONSerialization.jsonObject(with: Data(status.utf8)) as? [String: Any]
    if let sampled = object?["sampled"] as? Int, sampled >= cases.count, object?["compared"] as? Int == sampled { break }
    usleep(200_000)
}
print(try run([binary, "labels", "import", "--data", data, "clinc", labelFile]))
print(try run([binary, "report", "--data", data, "clinc"]))
print(try run([binary, "sql", "--data", data, "select failure_mode, correct, count(*) from disagreements group by 1, 2 order by 3 desc"]))
print(
    try run([
        binary, "sql", "--data", data, "select production_label, candidate_label, pairs from label_confusion order by pairs desc limit 10",
    ]))
print(
    try run([
        binary, "sql", "--data", data,
        "select failure_mode, production_output, candidate_output, label from disagreements where failure_mode <> 'label_mismatch' limit 20",
    ]))
print(status)
