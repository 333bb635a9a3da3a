internal import Traffic
internal import Verdict

/// The evidence ledger of a simulated trial: pairs in the order of their calls, grouped as the store groups them.
///
/// Pairs of a day that are alike are counted together, labels to come included, so that a look costs what it costs the product.
struct SimulatedLedger {
    /// Pairs alike in all that a look, now or later, can see.
    private struct Kind: Hashable {
        /// `adjudication` and `beforeFirstPending` are those of the look; here they are still at their defaults.
        var cell: EvidenceCell
        var difference: Int
        /// π where the pair was drawn for adjudication.
        var probability: Double?
        /// The day from whose end on its label is known.
        var labelDay: Int?

        func isLabelled(on day: Int) -> Bool { labelDay.map { $0 <= day } ?? false }

        /// Whether the ledger waits for its label; the audit's pairs hold nothing up.
        func isPending(on day: Int) -> Bool { probability != nil && !cell.needsAudit && !isLabelled(on: day) }

        func adjudication(on day: Int) -> Adjudication {
            guard let probability else { return .notPlanned }
            return isLabelled(on: day) ? .judged(difference: difference, probability: probability) : .pending(probability: probability)
        }
    }

    private struct Day {
        var kinds: [Kind] = []
        var numbers: [Kind: Int] = [:]
        var counts: [Int] = []
        /// Where in the day the first pair of a kind stands.
        var firsts: [Int] = []
        /// The kinds of the day's pairs in their order.
        var order: [Int] = []

        mutating func add(_ kind: Kind) {
            let number = numbers[kind] ?? kinds.count
            if number == kinds.count {
                numbers[kind] = number
                kinds.append(kind)
                counts.append(0)
                firsts.append(order.count)
            }
            counts[number] += 1
            order.append(number)
        }

        /// Where the day's oldest pair stands that is pending on a day; nil when none is.
        func firstPending(on day: Int) -> Int? { kinds.indices.filter { kinds[$0].isPending(on: day) }.map { firsts[$0] }.min() }

        /// How many pairs of each kind stand before a position.
        func counts(before position: Int) -> [Int] {
            var counts = [Int](repeating: 0, count: kinds.count)
            for number in order.prefix(position) { counts[number] += 1 }
            return counts
        }
    }

    private var days: [Day] = []
    /// How many pairs each day brought.
    var pairsByDay: [Int] { days.map(\.order.count) }

    mutating func add(_ pair: SimulatedPair, tier: Int?, on day: Int) {
        while days.count <= day { days.append(Day()) }
        let cell = EvidenceCell(
            day: day, segment: pair.segment, weight: pair.weight,
            agreement: pair.differs ? .different : pair.isEquivalent ? .equivalent : .identical,
            needsAudit: pair.isEquivalent, auditLevel: pair.auditLevel, prediction: pair.differs ? pair.prediction : 0,
            failureDifference: pair.failureDifference, control: pair.control, tier: tier, count: 0)
        days[day].add(
            Kind(
                cell: cell, difference: pair.difference,
                probability: pair.isEquivalent ? 1 : pair.differs && pair.planned ? pair.probability : nil,
                labelDay: pair.labelDelay.map { day + $0 }))
    }

    /// What a look at the end of a day sees.
    func cells(on today: Int) -> [EvidenceCell] {
        let waiting = days.indices.lazy.compactMap { day in days[day].firstPending(on: today).map { (day: day, position: $0) } }.first
        var cells: [EvidenceCell] = []
        for (number, day) in days.enumerated() {
            let before: [Int]
            switch waiting {
            case let waiting? where waiting.day == number: before = day.counts(before: waiting.position)
            case let waiting? where waiting.day < number: before = Array(repeating: 0, count: day.kinds.count)
            default: before = day.counts
            }
            for (index, kind) in day.kinds.enumerated() {
                var cell = kind.cell
                cell.adjudication = kind.adjudication(on: today)
                for (isBefore, count) in [(true, before[index]), (false, day.counts[index] - before[index])] where count > 0 {
                    cell.beforeFirstPending = isBefore
                    cell.count = count
                    cells.append(cell)
                }
            }
        }
        return cells
    }

    /// Who was right, as far as it is known at the end of a day.
    func correctness(on today: Int, differing: Bool) -> CorrectnessCounts {
        var counts = CorrectnessCounts()
        for day in days {
            for (kind, count) in zip(day.kinds, day.counts) where (kind.cell.agreement == .different) == differing {
                let isKnown = kind.isLabelled(on: today) && (!differing || kind.probability != nil)
                switch (isKnown, differing, kind.difference) {
                case (false, _, _): counts.unknown += count
                case (true, false, _): counts.both += count
                case (true, true, -1): counts.productionOnly += count
                case (true, true, 1): counts.candidateOnly += count
                case (true, true, _): counts.neither += count
                }
            }
        }
        return counts
    }
}
