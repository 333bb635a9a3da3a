internal import JSON

/// Why a request's body keeps its call from being shadowed.
enum BodyExclusion {
    /// nil: nothing speaks against it. A full parse comes later, off the production path.
    static func find(in body: [UInt8]) -> CoverageEvent? {
        guard let first = body.first(where: { $0 > 0x20 }), first == UInt8(ascii: "{") else { return .skippedNotJSON }
        let fields = JSONScanner.topLevelFields(in: body.span, names: ["previous_response_id", "thread_id"])
        for case let field? in fields where field.kind != .null { return .skippedServerState }
        return nil
    }
}
