import Foundation
import Spool
import Traffic

/// A spool's root folder for one test, removed with it.
final class SpoolRoot: Sendable {
    let path: String

    init() throws {
        path = NSTemporaryDirectory() + "understudy-spool-" + UUID().uuidString
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    func file(_ folder: SpoolFolder, _ segment: Int) -> URL {
        URL(fileURLWithPath: folder.path + "/" + String(repeating: "0", count: 12 - String(segment).count) + "\(segment).seg")
    }
}

/// Draws records at random; a seed makes them the same each time.
struct RecordGenerator {
    var random: SeededGenerator

    init(seed: UInt64) { random = SeededGenerator(seed: seed) }

    mutating func flip() -> Bool { Bool.random(using: &random) }

    mutating func text() -> String {
        let pieces = ["", "a", "é", "日本", "🦆", "\0", "\n", "\\u0000", String(repeating: "long ", count: 40)]
        return (0..<Int.random(in: 0...3, using: &random)).map { _ in pieces.randomElement(using: &random)! }.joined()
    }

    mutating func maybe<Value>(_ value: (inout RecordGenerator) -> Value) -> Value? { flip() ? value(&self) : nil }

    mutating func number() -> Int { [0, 1, -1, 127, 128, 300, Int.max, Int.min].randomElement(using: &random)! }

    mutating func double() -> Double { [0, -0.0, 1, 0.1, -1.5e300, .infinity, .leastNonzeroMagnitude].randomElement(using: &random)! }

    mutating func id() -> Identifier { Identifier(high: random.next(), low: random.next()) }

    mutating func leg() -> Leg {
        var leg = Leg(
            status: maybe { $0.number() }, error: maybe { LegError.allCases.randomElement(using: &$0.random)! }, streamed: flip(),
            output: maybe { $0.text() }, refusal: maybe { $0.text() }, finishReason: maybe { $0.text() }, model: maybe { $0.text() },
            requestID: maybe { $0.text() })
        for _ in 0..<Int.random(in: 0...2, using: &random) { leg.toolCalls.append(ToolCall(id: text(), name: text(), arguments: text())) }
        leg.usage = TokenUsage(
            input: maybe { $0.number() }, output: maybe { $0.number() }, cachedInput: maybe { $0.number() },
            reasoning: maybe { $0.number() },
            estimated: flip())
        leg.durationMs = maybe { $0.double() }
        leg.ttftMs = maybe { $0.double() }
        leg.queueMs = maybe { $0.double() }
        leg.confidence = maybe {
            Confidence(
                score: $0.double(), logProbabilitySum: $0.maybe { $0.double() }, logProbabilityMinimum: $0.maybe { $0.double() },
                tokenCount: $0.maybe { $0.number() }, margin: $0.maybe { $0.double() })
        }
        for _ in 0..<Int.random(in: 0...2, using: &random) { leg.untranslated.append(text()) }
        leg.truncatedCapture = flip()
        leg.simulated = flip()
        return leg
    }

    mutating func record() -> SpoolRecord {
        switch Int.random(in: 0...2, using: &random) {
        case 0:
            return .call(
                Call(
                    id: id(), workload: text(), source: Source.allCases.randomElement(using: &random)!,
                    calledAt: Timestamp(microseconds: Int64(number())), externalID: maybe { $0.text() }, segment: maybe { $0.text() },
                    conversation: maybe { $0.text() }, turn: number(), traceparent: maybe { $0.text() }, path: text(),
                    request: (0..<Int.random(in: 0...200, using: &random)).map { _ in UInt8.random(in: 0...255, using: &random) },
                    production: leg(), control: maybe { $0.leg() }, controlRate: double()))
        case 1:
            return .pair(
                Pair(
                    id: id(), callID: id(), trial: id(), workload: text(), candidate: leg(), samplingRate: double(),
                    evidenceWeight: double(),
                    adjudicationProbability: double(), planned: flip(), hashOrder: random.next()))
        default:
            var deltas: [CoverageDelta] = []
            for _ in 0..<Int.random(in: 0...3, using: &random) {
                deltas.append(
                    CoverageDelta(
                        workload: text(), trial: maybe { $0.id() }, stage: CoverageStage.allCases.randomElement(using: &random)!,
                        reason: text(), segment: maybe { $0.text() }, at: Timestamp(microseconds: Int64(number())), count: number()))
            }
            return .coverage(deltas)
        }
    }

    mutating func records(_ count: Int) -> [SpoolRecord] { (0..<count).map { _ in record() } }
}

/// SplitMix64 (Steele, Lea and Flood 2014).
struct SeededGenerator: RandomNumberGenerator {
    var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }
}

/// Reads a spool to its end as a courier does; everything found, and what was skipped.
func readAll(_ folder: SpoolFolder, maximumRecords: Int = 7, maximumBytes: Int = 1 << 20) throws -> (
    records: [SpoolRecord], damaged: Int, unread: Int, end: SpoolPosition
) {
    let reader = SpoolReader(folder)
    var position = SpoolPosition.start
    var (records, damaged, unread): ([SpoolRecord], Int, Int) = ([], 0, 0)
    while true {
        let batch = try reader.read(from: position, maximumRecords: maximumRecords, maximumBytes: maximumBytes)
        records += batch.entries.map(\.record)
        damaged += batch.damagedBytes
        unread += batch.unreadRecords
        if batch.isIdle(from: position) || batch.next < position { return (records, damaged, unread, position) }
        position = batch.next
    }
}

/// Writes records to a new spool and closes it.
func writtenSpool(_ root: SpoolRoot, _ records: [SpoolRecord], limits: SpoolLimits = SpoolLimits()) throws -> SpoolFolder {
    let writer = try SpoolWriter(root: root.path, limits: limits)
    for record in records where !writer.append(record) { throw SpoolError(code: .system, path: root.path, detail: "refused") }
    writer.close()
    return writer.folder
}
