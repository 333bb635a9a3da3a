import Configuration
import Foundation
import HTTPWire
import JSON
import ModelAPI
import Testing
import Traffic

/// What small models behind llama.cpp's server really answered. The recordings lie beside the repository and are not part of it.
@Suite("Recorded answers of real models")
struct RecordedAnswerTests {
    /// The folder of recordings, or where `UNDERSTUDY_SHARED` says; nil where there is none.
    static let folder: String? = {
        let repository = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        let shared = ProcessInfo.processInfo.environment["UNDERSTUDY_SHARED"] ?? repository.appending(path: "../shared").path
        return FileManager.default.fileExists(atPath: shared + "/data/sse") ? shared + "/data" : nil
    }()

    private static let isAbsent: Comment = "the recordings are not beside the repository"

    private func lines(_ file: String) throws -> [JSONValue] {
        let text = try String(contentsOfFile: #require(RecordedAnswerTests.folder) + "/recorded/" + file, encoding: .utf8)
        return try text.split(separator: "\n").map { try JSONValue.parse(String($0)) }
    }

    private func leg(_ recording: JSONValue) -> Leg {
        let body = recording["response"]?.serialised() ?? []
        return AnswerReader.read(captured(body, status: recording["status"]?.intValue ?? 0), of: nil, confidence: .logprobs)
    }

    @Test(
        .enabled(if: folder != nil, isAbsent),
        arguments: [("production", 45, 0.8047, 0.5438), ("candidate", 27, 0.4751, 0.3210)])
    func findsTheConfidencesThatWereMeasured(_ model: String, _ right: Int, _ whenRight: Double, _ whenWrong: Double) throws {
        var scores: [Bool: [Double]] = [:]
        for recording in try lines("real_responses_\(model).jsonl") {
            let leg = leg(recording)
            #expect(leg.failure == nil)
            #expect(leg.usage.input != nil && leg.usage.output != nil && !leg.usage.estimated)
            let isRight = leg.output?.trimmingCharacters(in: .whitespacesAndNewlines) == recording["label"]?.stringValue
            scores[isRight, default: []].append(try #require(leg.confidence).score)
        }
        func mean(_ values: [Double]?) -> Double { (values ?? []).reduce(0, +) / Double(values?.count ?? 1) }
        #expect(scores[true]?.count == right)
        #expect(abs(mean(scores[true]) - whenRight) < 0.0001)
        #expect(abs(mean(scores[false]) - whenWrong) < 0.0001)
    }

    @Test(.enabled(if: folder != nil, isAbsent), arguments: ["production", "candidate"])
    func readsRecordedToolCalls(_ model: String) throws {
        for recording in try lines("tools_responses_\(model).jsonl") {
            let leg = leg(recording)
            guard recording["status"]?.intValue == 200 else {
                #expect(leg.failure == .serverError)
                continue
            }
            #expect(leg.failure == nil)
            #expect(leg.finishReason != nil)
            for call in leg.toolCalls {
                #expect(!call.name.isEmpty)
                #expect(throws: Never.self) { try JSONValue.parse(call.arguments) }
            }
        }
    }

    @Test(.enabled(if: folder != nil, isAbsent))
    func readsEveryTranscriptAtAnyCut() throws {
        let folder = try #require(RecordedAnswerTests.folder) + "/sse"
        let files = try FileManager.default.contentsOfDirectory(atPath: folder).filter { $0.hasSuffix(".sse") }
        #expect(files.count > 20)
        for file in files {
            let bytes = [UInt8](try Data(contentsOf: URL(filePath: folder + "/" + file)))
            func read(_ chunks: [AnswerChunk]) -> Leg {
                AnswerReader.read(
                    CapturedAnswer(status: 200, headers: [Header("Content-Type", "text/event-stream")], chunks: chunks), of: nil,
                    confidence: .logprobs)
            }
            let leg = read([AnswerChunk(bytes: bytes, atNanoseconds: 1_000_000)])
            if file.contains("stream-error") {
                #expect(leg.error == .streamBroken)
                continue
            }
            #expect(leg.failure == nil, "\(file)")
            #expect(leg.finishReason != nil)
            #expect(leg.ttftMs == 1)
            #expect(leg.usage.output != nil && !leg.usage.estimated)
            #expect(leg.output?.isEmpty == false || !leg.toolCalls.isEmpty)
            let cut = bytes.indices.map { AnswerChunk(bytes: [bytes[$0]], atNanoseconds: 1_000_000) }
            #expect(read(cut) == leg)
        }
    }

    /// The same question, once answered whole and once streamed, by a model at temperature 0.
    @Test(.enabled(if: folder != nil, isAbsent))
    func streamedAndWholeAnswersAgree() throws {
        let folder = try #require(RecordedAnswerTests.folder) + "/sse/"
        var outputs: [String: String] = [:]
        for recording in try lines("real_responses_production.jsonl") {
            outputs[recording["case"]?.stringValue ?? ""] = leg(recording).output
        }
        var compared = 0
        for file in try FileManager.default.contentsOfDirectory(atPath: folder) where file.hasPrefix("production-") {
            let name = file.dropFirst("production-00-".count).dropLast(".sse".count)
            let bytes = [UInt8](try Data(contentsOf: URL(filePath: folder + file)))
            let answer = captured(bytes, headers: [Header("Content-Type", "text/event-stream")])
            let leg = AnswerReader.read(answer, of: nil, confidence: .none)
            #expect(leg.output == outputs[String(name)], "\(file)")
            compared += 1
        }
        #expect(compared >= 10)
    }
}
