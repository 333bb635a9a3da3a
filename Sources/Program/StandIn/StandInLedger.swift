internal import EventLoop
internal import Glibc
internal import JSON

/// What a simulated model answered, a JSON line each, written with one `write(2)` before the answer's last byte is sent.
final class StandInLedger {
    private let descriptor: Int32

    init(path: String) throws(StandInError) {
        descriptor = unsafe open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw StandInError("cannot open the ledger \(path): \(unsafe String(cString: strerror(errno)))") }
    }

    deinit { close(descriptor) }

    func append(message: String, answer: StandInModel.Answer, requestID: String, leg: String) {
        let line: JSONValue = [
            "at_us": JSONValue(WallClock.microseconds()), "leg": JSONValue(leg), "last_user": JSONValue(message),
            "answer": JSONValue(answer.text),
            "fault": JSONValue(answer.fault?.rawValue), "request_id": JSONValue(requestID),
        ]
        var bytes = line.serialised()
        bytes.append(UInt8(ascii: "\n"))
        // A test's ledger on a full disk shows as missing lines there; nothing else can be done here.
        _ = unsafe bytes.withUnsafeBytes { unsafe write(descriptor, $0.baseAddress, $0.count) }
    }
}
