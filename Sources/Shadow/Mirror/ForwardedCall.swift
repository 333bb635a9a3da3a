internal import EventLoop
internal import HTTPClient
internal import HTTPServer
internal import HTTPWire

/// One call on its way: what the app sends goes to production as it comes, what production answers goes back as it comes. A slow
/// side slows the other down instead of filling memory. Nothing here waits for, or depends on, anything but the two.
final class ForwardedCall: ExchangeHandler, TransferReceiver {
    /// Set for a call that a trial may take.
    var capture: CallCapture?

    private let exchange: Exchange
    private let route: Route
    private let target: [UInt8]
    private let headers: Headers
    private unowned let loop: ProductionLoop
    private var transfer: Transfer?
    private var takesBody = false
    private var trailers = Headers()

    init(_ exchange: Exchange, route: Route, target: [UInt8], on loop: ProductionLoop) {
        self.exchange = exchange
        self.route = route
        self.target = target
        self.loop = loop
        headers = HopByHop.requestHeaders(exchange.head.headers)
        let body: OutgoingBody
        switch exchange.head.framing {
        case .none: body = .none
        case .length(let length): body = .streamed(length: length)
        case .chunked: body = .streamed(length: nil)
        }
        takesBody = exchange.head.framing != .none
        // No time limit: how long production may think is between it and the app.
        let request = OutgoingRequest(method: exchange.head.method, origin: route.origin, target: target, headers: headers, body: body)
        transfer = loop.client?.send(request, to: self)
    }

    // MARK: The app's side

    func requestBody(_ exchange: Exchange, _ bytes: [UInt8]) {
        capture?.keepRequest(bytes, limit: loop.limits.perMessage)
        if transfer?.write(bytes) == false { exchange.pauseReading() }
    }

    func requestEnded(_ exchange: Exchange) {
        if takesBody { transfer?.finishBody(trailers: exchange.requestTrailers) }
        guard let capture else { return }
        loop.requestCompleted(capture, target: target, headers: headers)
        if capture.drawn == nil { self.capture = nil }
    }

    func clientLeft(_ exchange: Exchange) {
        if let transfer {
            capture?.answer.sentAt = transfer.sentAt
            transfer.cancel()
        }
        endCapture(.clientLeft)
        transfer = nil
    }

    func responseDrained(_ exchange: Exchange) { transfer?.resume() }

    // MARK: Production's side

    func responseInterim(_ transfer: Transfer, status: Int, reason: [UInt8], headers: Headers) {
        guard status != 100 || !exchange.head.expectsContinue else { return }  // the app has had its `100 Continue` from here
        exchange.respondInterim(status: status, reason: reason, headers: HopByHop.responseHeaders(headers))
    }

    func responseHead(_ transfer: Transfer, status: Int, reason: [UInt8], headers: Headers) {
        guard status != 101 else {
            transfer.cancel()
            return ended(transfer, .failed(TransferFailure(kind: .broken, message: "it switched protocols without having been asked")))
        }
        if route.watchesProduction, ControlBackoff.isShort(status: status, headers: headers) {
            route.state.holdControl(at: MonotonicClock.nanoseconds())
        }
        if let capture {
            if capture.drawn == nil {
                self.capture = nil  // answered before the request was complete: no such call is shadowed
            } else {
                capture.answer.status = status
                capture.answer.headers = headers
            }
        }
        exchange.respond(
            status: status, reason: reason, headers: HopByHop.responseHeaders(headers), body: framing(status: status, headers))
    }

    func responseBody(_ transfer: Transfer, _ bytes: [UInt8]) {
        if !exchange.write(bytes) { transfer.pause() }
        guard let capture else { return }
        do throws(MirrorFault) {
            try loop.limits.failpoints.reach(.capture)
            _ = capture.answer.keep(
                bytes, at: MonotonicClock.nanoseconds(), limit: loop.limits.perMessage, memory: loop.limits.memory)
        } catch {
            endCapture(.notKept)
        }
    }

    func responseTrailers(_ transfer: Transfer, _ trailers: Headers) { self.trailers = HopByHop.responseHeaders(trailers) }

    func ended(_ transfer: Transfer, _ result: TransferEnd) {
        capture?.answer.sentAt = transfer.sentAt
        self.transfer = nil
        switch result {
        case .complete:
            exchange.finish(trailers: trailers)
            endCapture(.complete)
        case .failed(let failure):
            if route.watchesProduction { route.state.holdControl(at: MonotonicClock.nanoseconds()) }
            if exchange.hasResponded {
                exchange.abort()  // a broken body is a broken body for the app, never a clean end
            } else {
                GatewayAnswer.productionUnreachable(workload: route.workload, message: failure.message).send(to: exchange)
            }
            endCapture(AttemptEnd(failure))
        }
    }

    func uploadDrained(_ transfer: Transfer) { exchange.resumeReading() }

    // MARK: Details

    /// How the answer's body is delimited for the app: as production announced its length, else in chunks. A length beside a coding
    /// says nothing (RFC 9112 §6.3).
    private func framing(status: Int, _ headers: Headers) -> ResponseFraming {
        if !headers.contains("transfer-encoding"), let text = headers["content-length"], let length = Int64(text), length >= 0 {
            return .length(length)
        }
        return exchange.head.method == "HEAD" || status == 204 || status == 304 ? .none : .chunked
    }

    private func endCapture(_ end: AttemptEnd) {
        guard let capture else { return }
        self.capture = nil
        guard let id = capture.drawn else { return }
        capture.answer.endedAt = MonotonicClock.nanoseconds()
        capture.answer.end = end
        loop.answerCompleted(id, capture.answer)
    }
}

extension AttemptEnd {
    /// From what the client says.
    init(_ failure: TransferFailure) {
        switch failure.kind {
        case .connect, .tls: self = .connectionFailed
        case .timeout: self = .timeout
        case .broken, .other: self = .broken
        }
    }
}
