extension String {
    /// Whether a byte stands anywhere in the text. Looks at all of it at once, which for the common answer "no" is many times as fast as
    /// walking its UTF-8 view.
    public func contains(byte: UInt8) -> Bool {
        let bytes = utf8Span.span
        var isFound = false
        for index in bytes.indices { isFound = isFound || bytes[index] == byte }
        return isFound
    }
}
