import Traffic

// The field numbers stand in the table of RecordCoding.swift.

extension Leg {
    func write(to writer: inout WireWriter) {
        writer.write(1, status)
        writer.write(2, error?.rawValue)
        writer.write(3, streamed)
        writer.write(4, output)
        writer.write(5, refusal)
        for call in toolCalls {
            writer.write(6) {
                $0.write(1, call.id)
                $0.write(2, call.name)
                $0.write(3, call.arguments)
            }
        }
        writer.write(7, finishReason)
        writer.write(8, model)
        writer.write(9, requestID)
        writer.write(10) { usage.write(to: &$0) }
        writer.write(11, durationMs)
        writer.write(12, ttftMs)
        writer.write(13, queueMs)
        if let confidence { writer.write(14) { confidence.write(to: &$0) } }
        for parameter in untranslated { writer.write(15, parameter) }
        writer.write(16, truncatedCapture)
        writer.write(17, simulated)
    }

    init(_ message: WireReader) throws(MalformedRecord) {
        var reader = message
        self.init()
        while let (field, value) = try reader.next() {
            switch field {
            case 1: status = try value.int
            case 2:
                guard let known = LegError(rawValue: try value.string) else { throw MalformedRecord(reason: "a leg's error is unknown") }
                error = known
            case 3: streamed = try value.bool
            case 4: output = try value.string
            case 5: refusal = try value.string
            case 6: toolCalls.append(try ToolCall(WireReader(value.data)))
            case 7: finishReason = try value.string
            case 8: model = try value.string
            case 9: requestID = try value.string
            case 10: usage = try TokenUsage(WireReader(value.data))
            case 11: durationMs = try value.double
            case 12: ttftMs = try value.double
            case 13: queueMs = try value.double
            case 14: confidence = try Confidence(WireReader(value.data))
            case 15: untranslated.append(try value.string)
            case 16: truncatedCapture = try value.bool
            case 17: simulated = try value.bool
            default: break
            }
        }
    }
}

extension ToolCall {
    fileprivate init(_ message: WireReader) throws(MalformedRecord) {
        var reader = message
        self.init(name: "", arguments: "")
        while let (field, value) = try reader.next() {
            switch field {
            case 1: id = try value.string
            case 2: name = try value.string
            case 3: arguments = try value.string
            default: break
            }
        }
    }
}

extension TokenUsage {
    fileprivate func write(to writer: inout WireWriter) {
        writer.write(1, input)
        writer.write(2, output)
        writer.write(3, cachedInput)
        writer.write(4, reasoning)
        writer.write(5, estimated)
    }

    fileprivate init(_ message: WireReader) throws(MalformedRecord) {
        var reader = message
        self.init()
        while let (field, value) = try reader.next() {
            switch field {
            case 1: input = try value.int
            case 2: output = try value.int
            case 3: cachedInput = try value.int
            case 4: reasoning = try value.int
            case 5: estimated = try value.bool
            default: break
            }
        }
    }
}

extension Confidence {
    fileprivate func write(to writer: inout WireWriter) {
        writer.write(1, score)
        writer.write(2, logProbabilitySum)
        writer.write(3, logProbabilityMinimum)
        writer.write(4, tokenCount)
        writer.write(5, margin)
    }

    fileprivate init(_ message: WireReader) throws(MalformedRecord) {
        var reader = message
        self.init(score: 0)
        while let (field, value) = try reader.next() {
            switch field {
            case 1: score = try value.double
            case 2: logProbabilitySum = try value.double
            case 3: logProbabilityMinimum = try value.double
            case 4: tokenCount = try value.int
            case 5: margin = try value.double
            default: break
            }
        }
    }
}
