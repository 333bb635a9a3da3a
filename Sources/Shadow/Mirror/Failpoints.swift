/// A fault of ours beside a call: it ends the call's shadow, is counted, and the call itself does not feel it.
struct MirrorFault: Error {}

/// Places where a fault can be made to happen, so that tests can show what it leads to. None is armed in a running mirror.
struct Failpoints: Sendable {
    /// The steps that a call takes beside its own way.
    enum Step: CaseIterable, Sendable {
        /// Deciding on the head.
        case sampling
        /// Deciding on the whole request and handing it over.
        case handOver
        /// Keeping a piece of production's answer.
        case capture
        /// Asking candidate and control.
        case asking
        /// Reading answers.
        case reading
        /// Handing records to the spool.
        case writing
        /// Taking settings that changed while the mirror runs.
        case settings
    }

    var armed: Set<Step> = []

    /// Throws where the step is armed.
    func reach(_ step: Step) throws(MirrorFault) {
        if !armed.isEmpty, armed.contains(step) { throw MirrorFault() }
    }
}
