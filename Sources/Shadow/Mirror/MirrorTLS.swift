internal import EventLoop
internal import Traffic

/// The certificate that apps see.
enum MirrorTLS {
    /// Reads it. Throws with the file's name and what to do.
    static func read(_ files: TLSFiles) throws(MirrorError) -> TLSContext {
        do throws(EventLoopError) {
            return try TLSContext(files)
        } catch {
            throw MirrorError(.tls, "\(error); give PEM files that belong together and that this process may read")
        }
    }

    /// Whether its time is over.
    static func hasEnded(_ context: TLSContext) -> Bool { context.notAfter <= WallClock.microseconds() / 1_000_000 }

    /// What is wrong with a certificate whose time is over.
    static func endedText(_ files: TLSFiles, _ context: TLSContext) -> String {
        let end = Timestamp(microseconds: context.notAfter * 1_000_000)
        return "the certificate \(files.certificate) has ended (\(end)), so apps that check it will not connect; give a new one"
    }
}
