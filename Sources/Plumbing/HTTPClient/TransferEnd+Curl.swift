internal import CLibCurl
internal import EventLoop

extension TransferEnd {
    /// What libcurl's result means for the caller.
    init(_ code: CURLcode, of transfer: Transfer, on handle: EasyHandle) {
        if code == CURLE_OK {
            self = transfer.hasHead ? .complete : .failed(TransferFailure(kind: .broken, message: "the server sent no answer"))
            return
        }
        self = .failed(TransferFailure(kind: .init(code, of: transfer, on: handle), message: handle.explanation(of: code)))
    }
}

extension TransferFailure.Kind {
    fileprivate init(_ code: CURLcode, of transfer: Transfer, on handle: EasyHandle) {
        switch code {
        case CURLE_COULDNT_RESOLVE_HOST, CURLE_COULDNT_RESOLVE_PROXY, CURLE_COULDNT_CONNECT, CURLE_PROXY:
            self = .connect
        case CURLE_OPERATION_TIMEDOUT:
            // One code for two limits: the request's own, or the one for connecting.
            let elapsed = MonotonicClock.nanoseconds() - transfer.sentAt
            let ownLimit = transfer.request.timeoutNanoseconds ?? .max
            self = handle.hasConnected || elapsed >= ownLimit ? .timeout : .connect
        case CURLE_SSL_CONNECT_ERROR, CURLE_PEER_FAILED_VERIFICATION, CURLE_SSL_CERTPROBLEM, CURLE_SSL_CIPHER, CURLE_SSL_CACERT_BADFILE,
            CURLE_SSL_ISSUER_ERROR, CURLE_SSL_ENGINE_NOTFOUND, CURLE_SSL_ENGINE_SETFAILED, CURLE_SSL_CRL_BADFILE,
            CURLE_SSL_INVALIDCERTSTATUS, CURLE_SSL_PINNEDPUBKEYNOTMATCH, CURLE_USE_SSL_FAILED:
            self = .tls
        case CURLE_PARTIAL_FILE, CURLE_RECV_ERROR, CURLE_SEND_ERROR, CURLE_GOT_NOTHING, CURLE_SEND_FAIL_REWIND, CURLE_HTTP2,
            CURLE_HTTP2_STREAM,
            CURLE_WEIRD_SERVER_REPLY, CURLE_UNSUPPORTED_PROTOCOL, CURLE_BAD_CONTENT_ENCODING, CURLE_SSL_SHUTDOWN_FAILED, CURLE_WRITE_ERROR:
            self = .broken
        default:
            self = .other
        }
    }
}
