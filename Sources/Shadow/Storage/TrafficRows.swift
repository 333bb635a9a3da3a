internal import JSON
internal import Postgres
internal import Processes
internal import Spool
internal import Traffic

/// Calls, pairs and prompts on their way into the tables, by binary COPY.
struct TrafficRows {
    /// A pair, and what only the store knows about it.
    struct PairRow {
        var pair: Pair
        /// From when its age is counted: the call's moment, or that of its import.
        var agesFrom: Timestamp
        /// The rates are reckoned, not logged.
        var ratesEstimated = false
    }

    private let connection: PostgresConnection

    init(_ connection: PostgresConnection) { self.connection = connection }

    /// Makes the partitions that rows with these ids go to.
    ///
    /// Each day in a transaction of its own where none is open: attaching takes a lock a partition and index, and an import may span years.
    func makePartitions(for ids: some Sequence<Identifier>) throws {
        for day in Set(ids.map { $0.moment.microseconds / 86_400_000_000 }).sorted() {
            try connection.execute(TrafficQueries.makePartitions, [.int(Int(day))])
        }
    }

    /// Copies calls and the prompts that they need.
    /// - Parameter agesFrom: from when their age is counted; nil: from each call's own moment.
    func copy(calls: [Call], agesFrom: Timestamp? = nil) throws {
        guard !calls.isEmpty else { return }
        var prompts: [Identifier: JSONValue] = [:]
        var recent = RecentPrompt()
        Failpoint.reach("copy.before")
        let middle = calls.count / 2
        try connection.copyIn("understudy_store.call", columns: TrafficRows.callColumns) { copy in
            for (position, call) in calls.enumerated() {
                if position == middle { Failpoint.reach("copy.half") }
                // Taken apart here and not before, so that the server works meanwhile on the rows that it has.
                let request = StoredRequest(call.request, recent: &recent)
                if let hash = request.promptHash, prompts[hash] == nil { prompts[hash] = request.prompt }
                copy.row { row in TrafficRows.write(call, request, agesFrom: agesFrom ?? call.calledAt, to: &row) }
            }
        }
        try save(prompts)
    }

    /// Copies pairs.
    func copy(pairs: [PairRow]) throws {
        guard !pairs.isEmpty else { return }
        try connection.copyIn("understudy_store.pair", columns: TrafficRows.pairColumns) { copy in
            for stored in pairs { copy.row { row in TrafficRows.write(stored, to: &row) } }
        }
    }

    private func save(_ prompts: [Identifier: JSONValue]) throws {
        guard !prompts.isEmpty else { return }
        // In one order everywhere, so that two shippers never wait for each other in a circle.
        let sorted = prompts.sorted { $0.key < $1.key }
        try connection.execute(
            TrafficQueries.savePrompts, [.ids(sorted.map(\.key)), .textArray(sorted.map { $0.value.serialisedString() })])
    }

    private static let callColumns =
        [
            "id", "called_at", "ages_from", "control_rate", "turn", "input_length", "control_drawn", "workload", "source", "external_id",
            "segment", "conversation", "traceparent", "path", "prompt_hash", "input", "request_rest",
            "request_hash",
        ] + LegRows.columns(.production) + LegRows.columns(.control)

    private static func write(_ call: Call, _ request: StoredRequest, agesFrom: Timestamp, to row: inout BinaryCopyRow) {
        row.uuid(call.id.high, call.id.low)
        row.timestamptz(call.calledAt.microseconds)
        row.timestamptz(agesFrom.microseconds)
        row.double(call.controlRate)
        row.int4(Int32(clamping: max(1, call.turn)))
        row.int4(Int32(clamping: request.input?.unicodeScalars.count ?? 0))
        row.bool(call.control != nil)
        row.text(call.workload)
        row.text(call.source.rawValue)
        row.text(StorableText.escaped(call.externalID))
        row.text(StorableText.escaped(call.segment).flatMap { $0.isEmpty ? nil : $0 })
        row.text(StorableText.escaped(call.conversation))
        row.text(StorableText.escaped(call.traceparent))
        row.text(StorableText.escaped(call.path))
        row.uuid(request.promptHash.map { ($0.high, $0.low) })
        row.text(request.input)
        row.jsonb(request.rest.serialisedString())
        row.uuid(request.requestHash.map { ($0.high, $0.low) })
        LegRows.write(call.production, to: &row)
        LegRows.write(call.control, to: &row)
    }

    private static let pairColumns =
        [
            "id", "call_id", "trial", "ages_from", "sampling_rate", "evidence_weight", "adjudication_probability", "hash_order", "planned",
            "rates_estimated",
        ] + LegRows.columns(.candidate)

    private static func write(_ stored: PairRow, to row: inout BinaryCopyRow) {
        let pair = stored.pair
        row.uuid(pair.id.high, pair.id.low)
        row.uuid(pair.callID.high, pair.callID.low)
        row.uuid(pair.trial.high, pair.trial.low)
        row.timestamptz(stored.agesFrom.microseconds)
        row.double(pair.samplingRate)
        row.double(pair.evidenceWeight)
        row.double(pair.adjudicationProbability)
        // bigint has a sign: the upper 63 bits keep the order.
        row.int8(Int64(pair.hashOrder >> 1))
        row.bool(pair.planned)
        row.bool(stored.ratesEstimated)
        LegRows.write(pair.candidate, to: &row)
    }
}
