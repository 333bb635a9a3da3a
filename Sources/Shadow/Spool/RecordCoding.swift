import Traffic

// Field numbers of the spool's messages. They never change and are never used again for anything else: a spool may be read
// by a later version than the one that wrote it. New fields get new numbers; readers skip numbers that they do not know.
// Types as in Protocol Buffers; `time` is an int64 of microseconds since 1970, `uuid` is 16 bytes; `?` may be absent, and
// then means nil; enumerations are the strings of the Traffic module.
//
//   record type 1, Call       1 id uuid · 2 workload string · 3 source string · 4 called_at time · 5 external_id string?
//                             6 segment string? · 7 conversation string? · 8 turn int64 · 9 traceparent string?
//                             10 path string · 11 request bytes · 12 production Leg · 13 control Leg? · 14 control_rate double
//   record type 2, Pair       1 id uuid · 2 call_id uuid · 3 trial uuid · 4 workload string · 5 candidate Leg
//                             6 sampling_rate double · 7 evidence_weight double · 8 adjudication_probability double
//                             9 planned bool · 10 hash_order fixed64
//   record type 3, Coverage   1 deltas repeated Delta
//   Delta                     1 workload string · 2 trial uuid? · 3 stage string · 4 reason string · 5 segment string?
//                             6 at time · 7 count int64
//   Leg                       1 status int64? · 2 error string? · 3 streamed bool · 4 output string? · 5 refusal string?
//                             6 tool_calls repeated ToolCall · 7 finish_reason string? · 8 model string? · 9 request_id string?
//                             10 usage Usage · 11 duration_ms double? · 12 ttft_ms double? · 13 queue_ms double?
//                             14 confidence Confidence? · 15 untranslated repeated string · 16 truncated_capture bool
//                             17 simulated bool
//   ToolCall                  1 id string · 2 name string · 3 arguments string
//   Usage                     1 input int64? · 2 output int64? · 3 cached_input int64? · 4 reasoning int64? · 5 estimated bool
//   Confidence                1 score double · 2 log_probability_sum double? · 3 log_probability_minimum double?
//                             4 token_count int64? · 5 margin double?

extension SpoolRecord {
    /// The record's type as it stands in its frame.
    var type: UInt8 {
        switch self {
        case .call: 1
        case .pair: 2
        case .coverage: 3
        }
    }

    /// The record's message.
    var payload: [UInt8] {
        var writer = WireWriter()
        switch self {
        case .call(let call): call.write(to: &writer)
        case .pair(let pair): pair.write(to: &writer)
        case .coverage(let deltas): for delta in deltas { writer.write(1) { delta.write(to: &$0) } }
        }
        return writer.bytes
    }

    /// Reads a message; nil for a type that this version does not know.
    init?(type: UInt8, payload: ArraySlice<UInt8>) throws(MalformedRecord) {
        var reader = WireReader(payload)
        switch type {
        case 1: self = .call(try Call(reader))
        case 2: self = .pair(try Pair(reader))
        case 3:
            var deltas: [CoverageDelta] = []
            while let (field, value) = try reader.next() {
                if field == 1 { deltas.append(try CoverageDelta(try value.message)) }
            }
            self = .coverage(deltas)
        default: return nil
        }
    }
}

extension WireValue {
    fileprivate var message: WireReader { get throws(MalformedRecord) { WireReader(try data) } }

    fileprivate var identifier: Identifier {
        get throws(MalformedRecord) {
            let bytes = try data
            guard bytes.count == 16 else { throw MalformedRecord(reason: "an id has not 16 bytes") }
            return Identifier(
                high: bytes.prefix(8).reduce(0) { $0 << 8 | UInt64($1) }, low: bytes.suffix(8).reduce(0) { $0 << 8 | UInt64($1) })
        }
    }

    fileprivate var timestamp: Timestamp { get throws(MalformedRecord) { Timestamp(microseconds: Int64(try int)) } }

    fileprivate func choice<Choice: RawRepresentable>(_ type: Choice.Type = Choice.self) throws(MalformedRecord) -> Choice
    where Choice.RawValue == String {
        guard let choice = Choice(rawValue: try string) else { throw MalformedRecord(reason: "an enumeration's value is unknown") }
        return choice
    }
}

extension WireWriter {
    fileprivate mutating func write(_ field: Int, _ value: Identifier?) {
        guard let value else { return }
        var bytes: [UInt8] = []
        appendLittleEndian(value.high.byteSwapped, to: &bytes)
        appendLittleEndian(value.low.byteSwapped, to: &bytes)
        write(field, bytes)
    }

    fileprivate mutating func write(_ field: Int, _ value: Timestamp) { write(field, Int(value.microseconds)) }
}

/// A field that must be there.
private func required<Value>(_ value: Value?, _ name: String) throws(MalformedRecord) -> Value {
    guard let value else { throw MalformedRecord(reason: "\(name) is missing") }
    return value
}

extension Call {
    fileprivate func write(to writer: inout WireWriter) {
        writer.write(1, id)
        writer.write(2, workload)
        writer.write(3, source.rawValue)
        writer.write(4, calledAt)
        writer.write(5, externalID)
        writer.write(6, segment)
        writer.write(7, conversation)
        writer.write(8, turn)
        writer.write(9, traceparent)
        writer.write(10, path)
        writer.write(11, request)
        writer.write(12) { production.write(to: &$0) }
        if let control { writer.write(13) { control.write(to: &$0) } }
        writer.write(14, controlRate)
    }

    fileprivate init(_ message: WireReader) throws(MalformedRecord) {
        var reader = message
        var (id, calledAt, source): (Identifier?, Timestamp?, Source?) = (nil, nil, nil)
        var (workload, path, request): (String?, String?, [UInt8]?) = (nil, nil, nil)
        var (externalID, segment, conversation, traceparent): (String?, String?, String?, String?) = (nil, nil, nil, nil)
        var (production, control, controlRate, turn): (Leg?, Leg?, Double?, Int) = (nil, nil, nil, 1)
        while let (field, value) = try reader.next() {
            switch field {
            case 1: id = try value.identifier
            case 2: workload = try value.string
            case 3: source = try value.choice()
            case 4: calledAt = try value.timestamp
            case 5: externalID = try value.string
            case 6: segment = try value.string
            case 7: conversation = try value.string
            case 8: turn = try value.int
            case 9: traceparent = try value.string
            case 10: path = try value.string
            case 11: request = Array(try value.data)
            case 12: production = try Leg(value.message)
            case 13: control = try Leg(value.message)
            case 14: controlRate = try value.double
            default: break
            }
        }
        self.init(
            id: try required(id, "id"), workload: try required(workload, "workload"), source: try required(source, "source"),
            calledAt: try required(calledAt, "called_at"), externalID: externalID, segment: segment, conversation: conversation, turn: turn,
            traceparent: traceparent, path: try required(path, "path"), request: try required(request, "request"),
            production: try required(production, "production"), control: control, controlRate: try required(controlRate, "control_rate"))
    }
}

extension Pair {
    fileprivate func write(to writer: inout WireWriter) {
        writer.write(1, id)
        writer.write(2, callID)
        writer.write(3, trial)
        writer.write(4, workload)
        writer.write(5) { candidate.write(to: &$0) }
        writer.write(6, samplingRate)
        writer.write(7, evidenceWeight)
        writer.write(8, adjudicationProbability)
        writer.write(9, planned)
        writer.write(10, fixed: hashOrder)
    }

    fileprivate init(_ message: WireReader) throws(MalformedRecord) {
        var reader = message
        var (id, callID, trial): (Identifier?, Identifier?, Identifier?) = (nil, nil, nil)
        var (workload, candidate, samplingRate): (String?, Leg?, Double?) = (nil, nil, nil)
        var (evidenceWeight, adjudicationProbability): (Double?, Double?) = (nil, nil)
        var (planned, hashOrder): (Bool?, UInt64?) = (nil, nil)
        while let (field, value) = try reader.next() {
            switch field {
            case 1: id = try value.identifier
            case 2: callID = try value.identifier
            case 3: trial = try value.identifier
            case 4: workload = try value.string
            case 5: candidate = try Leg(value.message)
            case 6: samplingRate = try value.double
            case 7: evidenceWeight = try value.double
            case 8: adjudicationProbability = try value.double
            case 9: planned = try value.bool
            case 10: hashOrder = try value.word
            default: break
            }
        }
        self.init(
            id: try required(id, "id"), callID: try required(callID, "call_id"), trial: try required(trial, "trial"),
            workload: try required(workload, "workload"), candidate: try required(candidate, "candidate"),
            samplingRate: try required(samplingRate, "sampling_rate"), evidenceWeight: try required(evidenceWeight, "evidence_weight"),
            adjudicationProbability: try required(adjudicationProbability, "adjudication_probability"),
            planned: try required(planned, "planned"), hashOrder: try required(hashOrder, "hash_order"))
    }
}

extension CoverageDelta {
    fileprivate func write(to writer: inout WireWriter) {
        writer.write(1, workload)
        writer.write(2, trial)
        writer.write(3, stage.rawValue)
        writer.write(4, reason)
        writer.write(5, segment)
        writer.write(6, at)
        writer.write(7, count)
    }

    fileprivate init(_ message: WireReader) throws(MalformedRecord) {
        var reader = message
        var (workload, trial, stage): (String?, Identifier?, CoverageStage?) = (nil, nil, nil)
        var (reason, segment, at, count): (String, String?, Timestamp?, Int?) = ("", nil, nil, nil)
        while let (field, value) = try reader.next() {
            switch field {
            case 1: workload = try value.string
            case 2: trial = try value.identifier
            case 3: stage = try value.choice()
            case 4: reason = try value.string
            case 5: segment = try value.string
            case 6: at = try value.timestamp
            case 7: count = try value.int
            default: break
            }
        }
        self.init(
            workload: try required(workload, "workload"), trial: trial, stage: try required(stage, "stage"), reason: reason,
            segment: segment, at: try required(at, "at"), count: try required(count, "count"))
    }
}
