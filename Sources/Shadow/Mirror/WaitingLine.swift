/// A fixed number of places and a bounded line before them, in which nobody waits longer than `patience`.
struct WaitingLine<Element> {
    /// What became of an arrival.
    enum Arrival: Equatable {
        /// It has a place, to be given back with `leave`.
        case begins
        case waits
        case turnedAway
    }

    /// One that waited, and for how long (nanoseconds).
    struct Waiting {
        var element: Element
        var waited: UInt64
    }

    private var places: Int
    private var capacity: Int
    private var patience: UInt64
    private var line: [(element: Element, since: UInt64)] = []
    private var head = 0

    /// Places in use.
    private(set) var busy = 0

    /// How many wait.
    var waiting: Int { line.count - head }

    init(places: Int, capacity: Int, patience: UInt64) {
        self.places = places
        self.capacity = capacity
        self.patience = patience
    }

    /// Takes changed limits. Who has a place or a seat keeps it.
    mutating func update(places: Int, capacity: Int, patience: UInt64) {
        self.places = places
        self.capacity = capacity
        self.patience = patience
    }

    /// One arrives at a moment of the monotonic clock.
    mutating func arrive(_ element: @autoclosure () -> Element, at now: UInt64) -> Arrival {
        if busy < places, waiting == 0 {
            busy += 1
            return .begins
        }
        guard waiting < capacity else { return .turnedAway }
        line.append((element(), now))
        return .waits
    }

    /// A place has become free.
    mutating func leave() {
        assert(busy > 0, "a place was given back twice")
        busy = max(0, busy - 1)
    }

    /// The next that may begin, if there is a free place; it has that place now.
    mutating func next(at now: UInt64) -> Waiting? {
        guard busy < places, waiting > 0 else { return nil }
        busy += 1
        let (element, since) = takeFirst()
        return Waiting(element: element, waited: now - since)
    }

    /// All whose patience has ended, oldest first; they are out of the line.
    mutating func takeExpired(at now: UInt64) -> [Element] {
        var expired: [Element] = []
        while waiting > 0, now - line[head].since >= patience { expired.append(takeFirst().element) }
        return expired
    }

    private mutating func takeFirst() -> (element: Element, since: UInt64) {
        let first = line[head]
        head += 1
        if head == line.count {
            line.removeAll(keepingCapacity: true)
            head = 0
        } else if head >= 64, head * 2 >= line.count {
            line.removeFirst(head)
            head = 0
        }
        return first
    }
}
