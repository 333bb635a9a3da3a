/// Builds a tree from YAML events and notes what settings have no use for: a key twice, unknown tags, merge keys, a second
/// document. Size and depth are bounded, with aliases counted as often as they are used.
struct YAMLTree {
    /// Bytes of a settings file at most.
    static let maximumBytes = 1 << 20
    /// Nodes at most, which thwarts files whose aliases multiply.
    static let maximumNodes = 50_000
    /// Containers inside each other at most.
    static let maximumDepth = 64

    private enum Open {
        case sequence([Node])
        case mapping([Node.Entry], keys: [String: Place], pending: (key: String?, place: Place)?)
    }

    private struct Frame {
        var open: Open
        var place: Place
        var anchor: String?
        var firstNode: Int
    }

    private let faults: FaultList
    private var frames: [Frame] = []
    private var anchors: [String: (node: Node, size: Int)] = [:]
    private var nodeCount = 0
    private var root: Node?

    private init(faults: FaultList) { self.faults = faults }

    /// The document's tree; nil when there is none, with the reason among the faults.
    static func read(_ bytes: [UInt8], faults: FaultList) -> Node? {
        guard bytes.count <= maximumBytes else {
            faults.add(.nowhere, "", "has \(bytes.count) bytes; settings have at most \(maximumBytes)")
            return nil
        }
        var tree = YAMLTree(faults: faults)
        var events = YAMLEvents(bytes)
        do throws(YAMLSyntaxError) {
            var documents = 0
            while true {
                let event = try events.next()
                if case .end = event.kind { break }
                if case .documentStart = event.kind {
                    documents += 1
                    if documents > 1 {
                        faults.add(event.place, "", "a second document begins here; a file enables one workload")
                        break
                    }
                    continue
                }
                try tree.take(event)
            }
        } catch {
            faults.add(error.place, "", error.message)
            return nil
        }
        if tree.root == nil {
            faults.add(Place(line: 1, column: 1), "", "is empty; it needs at least workload, compare, production, candidate")
        }
        return tree.root
    }

    private mutating func take(_ event: YAMLEvent) throws(YAMLSyntaxError) {
        nodeCount += 1
        guard nodeCount <= YAMLTree.maximumNodes else {
            throw YAMLSyntaxError(place: event.place, message: "has more than \(YAMLTree.maximumNodes) values")
        }
        switch event.kind {
        case .scalar(let text, let plain):
            let forced = checkTag(event, allowed: ["str", "int", "float", "bool", "null"])
            finish(Node(content: .scalar(.init(text: text, plain: plain && !forced)), place: event.place), event.anchor, size: 1)
        case .alias:
            guard let name = event.anchor, let anchored = anchors[name] else {
                throw YAMLSyntaxError(place: event.place, message: "*\(event.anchor ?? "") names no anchor that is complete before it")
            }
            nodeCount += anchored.size
            var node = anchored.node
            node.place = event.place
            finish(node, nil, size: anchored.size)
        case .sequenceStart:
            checkTag(event, allowed: ["seq"])
            try push(.sequence([]), event)
        case .mappingStart:
            checkTag(event, allowed: ["map"])
            try push(.mapping([], keys: [:], pending: nil), event)
        case .sequenceEnd, .mappingEnd: pop()
        case .documentStart, .end: break
        }
    }

    private mutating func push(_ open: Open, _ event: YAMLEvent) throws(YAMLSyntaxError) {
        guard frames.count < YAMLTree.maximumDepth else {
            throw YAMLSyntaxError(place: event.place, message: "is nested deeper than \(YAMLTree.maximumDepth) levels")
        }
        frames.append(Frame(open: open, place: event.place, anchor: event.anchor, firstNode: nodeCount))
    }

    private mutating func pop() {
        let frame = frames.removeLast()
        let content: Node.Content
        switch frame.open {
        case .sequence(let elements): content = .sequence(elements)
        case .mapping(let entries, _, _): content = .mapping(entries)
        }
        finish(Node(content: content, place: frame.place), frame.anchor, size: nodeCount - frame.firstNode + 1)
    }

    /// Puts a complete node into what is open around it.
    private mutating func finish(_ node: Node, _ anchor: String?, size: Int) {
        if let anchor { anchors[anchor] = (node, size) }
        guard let frame = frames.indices.last else {
            root = node
            return
        }
        switch frames[frame].open {
        case .sequence(var elements):
            frames[frame].open = .sequence([])
            elements.append(node)
            frames[frame].open = .sequence(elements)
        case .mapping(var entries, var keys, let pending):
            frames[frame].open = .sequence([])
            if let pending {
                if let key = pending.key {
                    keys[key] = pending.place
                    entries.append(Node.Entry(key: key, keyPlace: pending.place, value: node))
                }
                frames[frame].open = .mapping(entries, keys: keys, pending: nil)
            } else {
                let key = checkedKey(node, keys)
                frames[frame].open = .mapping(entries, keys: keys, pending: (key, node.place))
            }
        }
    }

    /// The key that a node is; nil, noted as a fault, when its value must be left out.
    private func checkedKey(_ node: Node, _ keys: [String: Place]) -> String? {
        guard case .scalar(let scalar) = node.content else {
            faults.add(node.place, "", "\(node.summary) cannot be a key")
            return nil
        }
        if scalar.text == "<<", scalar.plain {
            faults.add(node.place, "<<", "merge keys are not supported; write the keys out, or use an anchor for a whole value")
            return nil
        }
        if let first = keys[scalar.text] {
            faults.add(node.place, Node.readable(scalar.text), "stands twice, first in line \(first.line ?? 0); keep one")
            return nil
        }
        return scalar.text
    }

    /// Whether the tag says that a plain scalar is text all the same.
    @discardableResult
    private func checkTag(_ event: YAMLEvent, allowed: [String]) -> Bool {
        guard let tag = event.tag else { return false }
        if tag == "!" { return true }
        let prefix = "tag:yaml.org,2002:"
        if tag.hasPrefix(prefix), allowed.contains(String(tag.dropFirst(prefix.count))) { return tag.hasSuffix(":str") }
        faults.add(event.place, "", "the tag \(Node.readable(tag)) means nothing here; remove it")
        return false
    }
}

/// Collects what is wrong while settings are read.
final class FaultList {
    private let file: String?
    private(set) var faults: [ConfigurationFault] = []

    init(file: String?) { self.file = file }

    func add(_ place: Place, _ field: String, _ message: String, notYet: Bool = false) {
        faults.append(
            ConfigurationFault(file: file, line: place.line, column: place.column, field: field, message: message, isNotYet: notYet))
    }
}
