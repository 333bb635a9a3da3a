import Configuration
import JSON

/// What the settings say about places in a document, as a tree of the pointers' tokens.
///
/// A number in a pointer is one place of an array, `*` every element; a member may itself be called `*` or a number. Where two
/// pointers name the same value, the one that says its place in full wins over the one with `*`.
struct JSONPathRules: Sendable {
    /// Where in the tree a value stands: the nodes that its place fits, the more exact ones first. Empty where nothing is said.
    typealias State = [Int]

    private struct Node {
        var children: [String: Int] = [:]
        var isIgnored = false
        var isUnordered = false
        var tolerance: Double?
        var format: ValueFormat?
    }

    private var nodes = [Node()]

    init(_ settings: CompareSettings) {
        for pointer in settings.ignore { add(pointer) { $0.isIgnored = true } }
        for pointer in settings.unordered { add(pointer) { $0.isUnordered = true } }
        for (pointer, tolerance) in settings.tolerance { add(pointer) { $0.tolerance = tolerance } }
        for (pointer, format) in settings.formats { add(pointer) { $0.format = format } }
    }

    private mutating func add(_ pointer: String, _ change: (inout Node) -> Void) {
        var place = 0
        for token in JSONPointer.tokens(pointer) ?? [] {
            if let child = nodes[place].children[token] {
                place = child
            } else {
                nodes.append(Node())
                nodes[place].children[token] = nodes.count - 1
                place = nodes.count - 1
            }
        }
        change(&nodes[place])
    }

    /// Where a document's root stands.
    var root: State { nodes.count > 1 ? [0] : [] }

    func member(_ name: String, of state: State) -> State {
        state.isEmpty ? state : state.compactMap { nodes[$0].children[name] }
    }

    /// Where an element stands that has its place in one document or a place in each: a pointer with a number fits when it names
    /// every place.
    func element(_ places: [Int], of state: State) -> State {
        if state.isEmpty { return state }
        var next: State = []
        if let place = places.first, places.allSatisfy({ $0 == place }) {
            let token = String(place)
            next += state.compactMap { nodes[$0].children[token] }
        }
        return next + state.compactMap { nodes[$0].children["*"] }
    }

    func isIgnored(_ state: State) -> Bool { state.contains { nodes[$0].isIgnored } }

    func isUnordered(_ state: State) -> Bool { state.contains { nodes[$0].isUnordered } }

    func tolerance(_ state: State) -> Double? { state.lazy.compactMap { nodes[$0].tolerance }.first }

    func format(_ state: State) -> ValueFormat? { state.lazy.compactMap { nodes[$0].format }.first }
}
