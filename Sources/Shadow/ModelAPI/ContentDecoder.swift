internal import HTTPWire

/// Takes one content coding off, piece by piece.
protocol BodyInflater: AnyObject {
    /// Appends what `input` decodes to, until `limit` bytes are there or more; false when the bytes are not what the coding says.
    func inflate(_ input: Span<UInt8>, into output: inout [UInt8], limit: Int) -> Bool
}

/// Takes the content coding off an answer's captured copy, piece by piece, so that arrival times keep their meaning.
final class ContentDecoder {
    /// Beyond so many decoded bytes it stops: a small answer can claim to be a very large one.
    static let limit = 32 << 20

    /// Why decoding ended early.
    enum Stop {
        /// The coding is one that we cannot take off.
        case unknownCoding
        /// The bytes are not what the coding says.
        case damaged
        /// `limit` was reached.
        case tooLarge
    }

    /// nil where there is no coding.
    private let inflater: (any BodyInflater)?
    private var decoded = 0
    private(set) var stop: Stop?

    /// For an answer with these headers.
    init(_ headers: Headers) {
        let codings = headers.tokens(in: "content-encoding").filter { $0 != "identity" }
        switch codings {
        case []: inflater = nil
        case ["gzip"], ["x-gzip"], ["deflate"]: inflater = ZlibInflater()
        case ["br"]: inflater = BrotliInflater()
        case ["zstd"]: inflater = ZstdInflater()
        default:
            inflater = nil
            stop = .unknownCoding
        }
    }

    /// The decoded form of the next piece; empty once it has stopped.
    func decode(_ bytes: [UInt8]) -> [UInt8] {
        guard stop == nil, !bytes.isEmpty else { return [] }
        guard let inflater else { return bytes }
        var output: [UInt8] = []
        if !inflater.inflate(bytes.span, into: &output, limit: ContentDecoder.limit + 1 - decoded) { stop = .damaged }
        decoded += output.count
        if decoded > ContentDecoder.limit { stop = .tooLarge }
        return output
    }
}
