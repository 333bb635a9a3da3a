/// The size of a request in classes, by which all calls can be counted without reading any.
public enum RequestSize: UInt8, Sendable, CaseIterable {
    case under256, under1k, under4k, under16k, under64k, under256k, larger
    /// The app did not announce how long it is (chunked transfer).
    case unannounced

    /// The class of so many bytes; nil where they were not announced.
    public init(bytes: Int?) {
        self =
            switch bytes {
            case nil: .unannounced
            case let bytes? where bytes < 256: .under256
            case let bytes? where bytes < 1 << 10: .under1k
            case let bytes? where bytes < 4 << 10: .under4k
            case let bytes? where bytes < 16 << 10: .under16k
            case let bytes? where bytes < 64 << 10: .under64k
            case let bytes? where bytes < 256 << 10: .under256k
            default: .larger
            }
    }

    /// As views and reports name it.
    public var name: String {
        switch self {
        case .under256: "under 256 B"
        case .under1k: "256 B to 1 KB"
        case .under4k: "1 to 4 KB"
        case .under16k: "4 to 16 KB"
        case .under64k: "16 to 64 KB"
        case .under256k: "64 to 256 KB"
        case .larger: "256 KB and more"
        case .unannounced: "unannounced"
        }
    }
}
