import Configuration
import JSON

/// What a workload's settings say about the arguments of its tool calls.
struct ArgumentRules: Sendable {
    /// Arguments that are left out, by name.
    let ignored: Set<String>
    /// What holds for the places inside the arguments.
    let root: Place

    init(_ settings: CompareSettings) {
        ignored = Set(settings.ignoreArguments)
        var root = Place()
        for pointer in settings.unordered { root.change(pointer) { $0.isUnordered = true } }
        for (pointer, tolerance) in settings.tolerance { root.change(pointer) { $0.tolerance = tolerance } }
        for (pointer, format) in settings.formats { root.change(pointer) { $0.format = format } }
        self.root = root
    }

    /// A place in the arguments and the places inside it.
    struct Place: Sendable {
        var isUnordered = false
        var tolerance: Double?
        var format: ValueFormat?
        private var inner: [String: Place] = [:]

        /// The place of an object's member.
        subscript(name: String) -> Place? { inner[name] }

        /// The place of an array's element; `*` in a pointer stands for every one.
        subscript(index: Int) -> Place? { inner.isEmpty ? nil : inner[String(index)] ?? inner["*"] }

        fileprivate mutating func change(_ pointer: String, _ body: (inout Place) -> Void) {
            change((JSONPointer.tokens(pointer) ?? [])[...], body)
        }

        private mutating func change(_ tokens: ArraySlice<String>, _ body: (inout Place) -> Void) {
            guard let token = tokens.first else { return body(&self) }
            inner[token, default: Place()].change(tokens.dropFirst(), body)
        }
    }
}
