internal import CEvents

/// Where a server's certificate comes from: PEM files.
public struct TLSFiles: Sendable, Hashable {
    /// The server's certificate, then those between it and its CA.
    public var certificate: String
    /// The certificate's private key, not encrypted.
    public var key: String
    /// The CAs of which every client must show a certificate; nil asks for none.
    public var clientCA: String?

    /// Takes all parts as they are.
    public init(certificate: String, key: String, clientCA: String? = nil) {
        self.certificate = certificate
        self.key = key
        self.clientCA = clientCA
    }
}

/// A server's side of TLS 1.2 and 1.3, as read from its files at one moment: immutable, so that new files make a new one and
/// connections keep theirs.
///
/// `@unchecked Sendable`: OpenSSL lets any thread begin connections with one context. Ownership: this object owns the C side's handle;
/// streams hold what they need of it by themselves.
@safe public final class TLSContext: @unchecked Sendable {
    /// When the certificate ends, in seconds since 1970.
    public let notAfter: Int64
    private let handle: OpaquePointer

    /// Reads the files. Throws `tls` with a line that names the file and what is wrong with it.
    public init(_ files: TLSFiles) throws(EventLoopError) {
        var error = [CChar](repeating: 0, count: 1024)
        guard let handle = unsafe ce_tls_new(files.certificate, files.key, files.clientCA, &error, error.count) else {
            throw EventLoopError(.tls, String(decoding: error.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self))
        }
        unsafe self.handle = handle
        notAfter = unsafe ce_tls_not_after(handle)
    }

    deinit { unsafe ce_tls_free(handle) }

    /// Has a fresh stream speak it.
    func start(on stream: OpaquePointer) -> Int32 { unsafe ce_stream_accept_tls(stream, handle) }
}
