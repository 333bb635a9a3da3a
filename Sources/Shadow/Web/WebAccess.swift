internal import FoundationEssentials
internal import HTTPWire

/// Lets in who knows the token: as `?token=…` once, which a cookie then remembers, as a bearer token, or as the password of
/// basic authentication (RFC 7617).
struct WebAccess: Sendable {
    enum Decision {
        case allowed
        /// The token came in the address: it moves to a cookie, and out of the browser's history.
        case signIn(WebReply)
        case refused(WebReply)
    }

    private static let cookie = "understudy_token"
    private let token: [UInt8]

    init(token: String) { self.token = Array(token.utf8) }

    func check(_ headers: Headers, _ target: WebTarget) -> Decision {
        if let given = target.parameters["token"] {
            guard matches(given) else { return .refused(refusal) }
            var signIn = WebReply.headers("text/plain; charset=utf-8")
            signIn.append("Set-Cookie", "\(Self.cookie)=\(given); Path=/; HttpOnly; SameSite=Strict; Max-Age=2592000")
            let path = "/" + target.segments.map(WebTarget.encoded).joined(separator: "/")
            signIn.append("Location", path)
            return .signIn(WebReply(status: 303, headers: signIn, body: []))
        }
        if let authorization = headers["Authorization"] {
            if isBearer(authorization) { return .allowed }
            let parts = authorization.split(separator: " ", maxSplits: 1).map(String.init)
            if parts.count == 2, parts[0].lowercased() == "basic", let pair = Data(base64Encoded: parts[1]) {
                let text = String(decoding: pair, as: UTF8.self)
                if let colon = text.firstIndex(of: ":"), matches(String(text[text.index(after: colon)...])) { return .allowed }
            }
        }
        for line in headers.values(of: "Cookie") {
            for pair in line.split(separator: ";") {
                let words = pair.drop { $0 == " " }.split(separator: "=", maxSplits: 1).map(String.init)
                if words.count == 2, words[0] == Self.cookie, matches(words[1]) { return .allowed }
            }
        }
        return .refused(refusal)
    }

    /// Whether the token comes as a bearer token, which no browser sends by itself: for what changes something.
    func allowsChange(_ headers: Headers) -> Bool { headers["Authorization"].map(isBearer) ?? false }

    private func isBearer(_ authorization: String) -> Bool {
        let parts = authorization.split(separator: " ", maxSplits: 1).map(String.init)
        return parts.count == 2 && parts[0].lowercased() == "bearer" && matches(parts[1])
    }

    private var refusal: WebReply {
        var headers = WebReply.headers("text/html; charset=utf-8")
        headers.append("WWW-Authenticate", "Basic realm=\"Understudy\"")
        let page = WebReply.message(
            401, title: "Who is there?", "Open this page with the token from the file web-token in the data folder: /?token=…")
        return WebReply(status: 401, headers: headers, body: page.body)
    }

    /// Compares without telling by its duration how much of the token was right.
    private func matches(_ text: String) -> Bool {
        let given = Array(text.utf8)
        guard given.count == token.count else { return false }
        return zip(given, token).reduce(0 as UInt8) { $0 | ($1.0 ^ $1.1) } == 0
    }
}
