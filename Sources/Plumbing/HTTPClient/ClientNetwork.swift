internal import Glibc

/// How servers that speak TLS are reached and trusted, as the environment of a program says by its customary names.
public struct ClientNetwork: Sendable, Hashable {
    /// The proxy that `https` origins are reached through (by CONNECT, so that it sees no content); nil is none. Plain `http`
    /// origins, which are neighbours mostly, are always reached directly.
    public var httpsProxy: String?
    /// The hosts that are reached directly all the same, with commas between.
    public var noProxy: String?
    /// A file of CAs (PEM) that are trusted beside the system's; nil is none.
    public var certificateFile: String?

    /// Takes all parts as they are.
    public init(httpsProxy: String? = nil, noProxy: String? = nil, certificateFile: String? = nil) {
        self.httpsProxy = httpsProxy
        self.noProxy = noProxy
        self.certificateFile = certificateFile
    }

    /// `HTTPS_PROXY`, `NO_PROXY` (each also in small letters, which win, as in curl) and `SSL_CERT_FILE`, as they were when first asked for.
    public static let environment = ClientNetwork(
        httpsProxy: variable("https_proxy") ?? variable("HTTPS_PROXY"), noProxy: variable("no_proxy") ?? variable("NO_PROXY"),
        certificateFile: variable("SSL_CERT_FILE"))

    private static func variable(_ name: String) -> String? {
        guard let value = unsafe getenv(name) else { return nil }
        let text = unsafe String(cString: value)
        return text.isEmpty ? nil : text
    }
}
