internal import EventLoop
internal import HTTPWire
internal import JSON
internal import Postgres
internal import Records
internal import Storage
internal import Traffic

/// `POST /{workload}/feedback`: truth that comes later, in the lines of `labels import`.
enum WebFeedback {
    /// What a body may hold.
    static let limit = 1 << 20
    /// Faults that an answer names; the others are counted.
    private static let shownFaults = 100
    /// Seconds after which to try again what could not be taken now.
    private static let pause = "60"

    /// The workload of a path of this kind; nil for any other.
    static func workload(_ target: WebTarget) -> String? {
        target.segments.count == 2 && target.segments[1] == "feedback" ? target.segments[0] : nil
    }

    /// Stores what a body says. Used on the database thread.
    static func reply(to body: [UInt8], workload: String, on connection: PostgresConnection) throws -> WebReply {
        do {
            return receipt(try Feedback(connection).take(body, workload: workload, at: Timestamp(microseconds: WallClock.microseconds())))
        } catch let error as FaultyFileError {
            return faults(error.faults)
        } catch let error as StorageError where error.code == .notFound {
            return json(404, ["error": .string(error.message)])
        }
    }

    /// Without a database nothing is taken, and nothing is lost if the caller sends it again.
    static let unavailable = json(
        503, ["error": "the database cannot be used now; nothing was stored, send it again"], [Header("Retry-After", pause)])

    static let crowded = json(503, ["error": "too many requests wait for the database; send it again"], [Header("Retry-After", "1")])

    /// Whoever sends feedback moves verdicts: only the token opens this, never a browser's cookie or stored password.
    static let unauthorised = json(
        401, ["error": "send the token of the file web-token in the data folder: Authorization: Bearer …"],
        [Header("WWW-Authenticate", "Bearer realm=\"Understudy\"")])

    static let wrongMethod = json(405, ["error": "feedback is sent here by POST"], [Header("Allow", "POST")])

    private static func receipt(_ receipt: Feedback.Receipt) -> WebReply {
        let body: JSONValue = [
            "stored": JSONValue(receipt.stored), "unchanged": JSONValue(receipt.unchanged),
            "unmatched": .array(receipt.unmatched.map { .string($0) }), "kept_until": JSONValue(receipt.keptUntil?.description),
        ]
        if receipt.unmatched.isEmpty { return json(200, body) }
        // 202: the rest is applied when its calls arrive. 429: it is not kept, since too much waits already.
        return receipt.keptUntil == nil ? json(429, body, [Header("Retry-After", pause)]) : json(202, body)
    }

    private static func faults(_ faults: [LineFault]) -> WebReply {
        let named = faults.prefix(shownFaults).map { fault -> JSONValue in
            ["line": JSONValue(fault.line), "field": .string(fault.field), "message": .string(fault.message)]
        }
        return json(
            400,
            [
                "error": "nothing was stored: correct the lines and send all of them again", "fault_count": JSONValue(faults.count),
                "faults": .array(named),
            ])
    }

    private static func json(_ status: Int, _ body: JSONValue, _ more: [Header] = []) -> WebReply {
        var headers = WebReply.headers("application/json")
        for header in more { headers.append(header) }
        return WebReply(status: status, headers: headers, body: body.serialised() + [UInt8(ascii: "\n")])
    }
}
