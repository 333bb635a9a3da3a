public import Traffic

/// Takes what the mirror has finished. Called on the mirror's shadow thread, in order: a call comes before its pairs.
///
/// None of these may wait. False means not taken (a full queue or disk): the mirror counts the pair as shed and forgets it.
public protocol PairSink: Sendable {
    /// A sampled call whose production and control legs have ended.
    func append(call: Call) -> Bool
    /// A pair whose candidate leg has ended too.
    func append(pair: Pair) -> Bool
    /// What was counted since the last time; never empty. Refused counts are offered again a second later.
    func append(coverage: [CoverageDelta]) -> Bool
}
