extension LoopThread {
    /// Runs `work` on the loop's thread and waits for what it gives or throws. Not from the loop itself, which would wait for ever.
    public func perform<Value: Sendable>(_ work: @escaping @Sendable () throws -> Value) throws -> Value {
        precondition(!loop.inLoop, "a loop thread cannot wait for itself")
        let handoff = Handoff<Value>()
        loop.submit { handoff.put(Result { try work() }) }
        return try handoff.take().get()
    }
}
