internal import HTTPServer
internal import HTTPWire
internal import Report

/// An answer of the web role.
struct WebReply: Sendable {
    let status: Int
    let headers: Headers
    let body: [UInt8]

    /// Headers that every answer carries: nothing is cached, framed, sniffed or loaded from elsewhere.
    static func headers(_ type: String) -> Headers {
        [
            Header("Content-Type", type), Header("Cache-Control", "no-store"), Header("X-Content-Type-Options", "nosniff"),
            Header("Referrer-Policy", "no-referrer"),
            Header(
                "Content-Security-Policy",
                "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"),
        ]
    }

    static func html(_ status: Int, _ page: String) -> WebReply {
        WebReply(status: status, headers: headers("text/html; charset=utf-8"), body: Array(page.utf8))
    }

    static func text(_ status: Int, _ text: String) -> WebReply {
        WebReply(status: status, headers: headers("text/plain; charset=utf-8"), body: Array((text + "\n").utf8))
    }

    static func message(_ status: Int, title: String, _ text: String) -> WebReply {
        html(status, HTMLPage.message(title: title, text: text))
    }

    func send(_ exchange: Exchange) { exchange.respondSimple(status: status, headers: headers, body: body) }
}
