internal import EventLoop
internal import Foundation
internal import StandIn

extension Command {
    /// A simulated model.
    static let standIn = Command(
        "stand-in", summary: "Serves a simulated model, for trying things out",
        details: """
            FILE is JSON. The first entry that fits the last user message answers; everything but a fault is optional:
              { "model": "frontier-sim", "seed": 7, "latency": { "median_ms": 250, "p95_ms": 600 },
                "answers": [ { "last_user": "Where is my order?", "answer": "order_status", "confidence": 0.97,
                               "otherwise": [ { "share": 0.03, "answer": "stock_question", "confidence": 0.4 } ] },
                             { "contains": "refund", "answer": "refund_status" } ],
                "default": { "answer": "speak_to_human" },
                "faults": [ { "share": 0.001, "fault": "server_error" } ] }
            Faults: hang, server_error, rate_limited, garbage, close_early, flood, refuse, empty.
            Its answers carry X-Understudy-Simulated: true, and everything made of them says so.
            It prints: ready model=http://HOST:PORT
            """,
        options: [
            .value("file", short: "f", "FILE", "what it answers"), .value("address", "HOST:PORT", "where it listens (default 127.0.0.1:0)"),
            .value("ledger", "FILE", "append a JSON line for every request before its answer ends"),
        ]
    ) { arguments in
        _ = try arguments.operands()
        let path = try arguments.required("file", "the file that says what the model answers")
        guard let data = FileManager.default.contents(atPath: path) else { throw CommandError.failed("cannot read \(path).") }
        let model: StandInModel
        do { model = try StandInModel(Array(data)) } catch { throw CommandError.failed("\(path): \(error)") }
        holdEndSignals()
        let server = try StandInServer(model, ledger: arguments["ledger"])
        let bound = try server.listen(SocketAddress(parsing: arguments["address"] ?? "127.0.0.1:0"))
        announce("ready model=http://\(bound)")
        waitForEndSignal()
        server.stop()
    }
}
