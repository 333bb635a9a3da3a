internal import CLibYAML

/// What libyaml reports next of a document.
struct YAMLEvent {
    enum Kind {
        case scalar(text: String, plain: Bool)
        case alias
        case sequenceStart, sequenceEnd
        case mappingStart, mappingEnd
        case documentStart
        case end
    }

    var kind: Kind
    /// The anchor that the node defines, or that the alias names.
    var anchor: String?
    /// The full tag, e.g. `tag:yaml.org,2002:str`; nil where none is written.
    var tag: String?
    var place: Place
}

/// Where and why a text is not YAML.
struct YAMLSyntaxError: Error {
    var place: Place
    var message: String
}

/// Pulls events out of YAML bytes: the only place that talks to libyaml. Safe because the pointers never leave it and live
/// as long as it does.
@safe
struct YAMLEvents: ~Copyable {
    private let parser: UnsafeMutablePointer<yaml_parser_t>
    private let input: UnsafeMutableBufferPointer<UInt8>

    /// Copies the bytes, which libyaml reads from while it is pulled.
    init(_ bytes: [UInt8]) {
        unsafe parser = .allocate(capacity: 1)
        unsafe input = .allocate(capacity: bytes.count)
        _ = unsafe input.initialize(from: bytes)
        guard unsafe yaml_parser_initialize(parser) == 1 else { fatalError("out of memory") }
        unsafe yaml_parser_set_input_string(parser, input.baseAddress, bytes.count)
    }

    deinit {
        unsafe yaml_parser_delete(parser)
        unsafe parser.deallocate()
        unsafe input.deallocate()
    }

    /// The next event; `end` again and again after the last one. After an error nothing more may be asked.
    mutating func next() throws(YAMLSyntaxError) -> YAMLEvent {
        while true {
            var event = unsafe yaml_event_t()
            guard unsafe yaml_parser_parse(parser, &event) == 1 else { throw syntaxError() }
            defer { unsafe yaml_event_delete(&event) }
            if let known = unsafe YAMLEvents.translated(event) { return known }
        }
    }

    /// nil for events that say nothing about the content.
    private static func translated(_ event: yaml_event_t) -> YAMLEvent? {
        let place = unsafe Place(line: Int(event.start_mark.line) + 1, column: Int(event.start_mark.column) + 1)
        switch unsafe event.type {
        case YAML_SCALAR_EVENT:
            let scalar = unsafe event.data.scalar
            let text = unsafe String(decoding: UnsafeBufferPointer(start: scalar.value, count: scalar.length), as: UTF8.self)
            let kind = unsafe YAMLEvent.Kind.scalar(text: text, plain: scalar.style == YAML_PLAIN_SCALAR_STYLE)
            return unsafe YAMLEvent(kind: kind, anchor: string(scalar.anchor), tag: string(scalar.tag), place: place)
        case YAML_ALIAS_EVENT:
            return unsafe YAMLEvent(kind: .alias, anchor: string(event.data.alias.anchor), place: place)
        case YAML_SEQUENCE_START_EVENT:
            let start = unsafe event.data.sequence_start
            return unsafe YAMLEvent(kind: .sequenceStart, anchor: string(start.anchor), tag: string(start.tag), place: place)
        case YAML_MAPPING_START_EVENT:
            let start = unsafe event.data.mapping_start
            return unsafe YAMLEvent(kind: .mappingStart, anchor: string(start.anchor), tag: string(start.tag), place: place)
        case YAML_SEQUENCE_END_EVENT: return YAMLEvent(kind: .sequenceEnd, place: place)
        case YAML_MAPPING_END_EVENT: return YAMLEvent(kind: .mappingEnd, place: place)
        case YAML_DOCUMENT_START_EVENT: return YAMLEvent(kind: .documentStart, place: place)
        case YAML_STREAM_END_EVENT, YAML_NO_EVENT: return YAMLEvent(kind: .end, place: place)
        default: return nil
        }
    }

    private static func string(_ text: UnsafeMutablePointer<UInt8>?) -> String? {
        guard let text = unsafe text else { return nil }
        return unsafe String(cString: text)
    }

    private func syntaxError() -> YAMLSyntaxError {
        let failed = unsafe parser.pointee
        let problem = unsafe failed.problem.map { unsafe String(cString: $0) } ?? "not YAML"
        let context = unsafe failed.context.map { unsafe String(cString: $0) }
        if unsafe failed.error == YAML_READER_ERROR {
            // The reader knows offsets only: it fails before lines are counted.
            return YAMLSyntaxError(place: place(atOffset: unsafe Int(failed.problem_offset)), message: "not UTF-8 text (\(problem))")
        }
        let place = unsafe Place(line: Int(failed.problem_mark.line) + 1, column: Int(failed.problem_mark.column) + 1)
        let tabHint =
            problem.contains("cannot start any token") ? "; indent with spaces, and quote a value that begins with @, `, % or a tab" : ""
        return YAMLSyntaxError(place: place, message: "not YAML: \(context.map { $0 + ", " } ?? "")\(problem)\(tabHint)")
    }

    private func place(atOffset offset: Int) -> Place {
        var place = (line: 1, column: 1)
        for index in 0..<min(offset, unsafe input.count) {
            place = unsafe input[index] == UInt8(ascii: "\n") ? (place.line + 1, 1) : (place.line, place.column + 1)
        }
        return Place(line: place.line, column: place.column)
    }
}
