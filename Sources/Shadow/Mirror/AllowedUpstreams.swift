internal import Configuration

/// Where this mirror may send apps' credentials (design §2 rule 5): the hosts of the settings as they were when it started, those
/// of a local file that `enable` writes on this machine, and those given at the start. So whoever can write to the database, and
/// to nothing on this machine, cannot lead the keys of a running mirror's apps to a host of their own.
struct AllowedUpstreams {
    private static let longestFile = 1 << 20

    private let given: Set<String>
    private let file: String?
    private var ofStart: Set<String> = []
    private var ofFile: Set<String> = []

    init(_ configuration: MirrorConfiguration) {
        given = configuration.allowedUpstreams
        file = configuration.allowedUpstreamsFile
    }

    /// Takes the hosts of the settings that the mirror starts with.
    mutating func begin(with settings: MirrorSettings) { ofStart = Set(settings.routes.map(\.productionURL.authority)) }

    /// Reads the file again; true when it says something else. One that is absent or cannot be read changes nothing.
    mutating func reread() -> Bool {
        guard let file, let bytes = FileBytes.read(file, limit: AllowedUpstreams.longestFile) else { return false }
        let known = ofFile
        ofFile = AllowedUpstreams.authorities(in: bytes)
        return ofFile != known
    }

    /// Whether credentials may go there; `authority` as `UpstreamURL.authority` has it.
    func contains(_ authority: String) -> Bool { given.contains(authority) || ofStart.contains(authority) || ofFile.contains(authority) }

    /// One a line; spaces around it and empty lines mean nothing.
    private static func authorities(in bytes: [UInt8]) -> Set<String> {
        let lines = bytes.split { $0 == UInt8(ascii: "\n") || $0 == UInt8(ascii: "\r") }
        let isSpace: (UInt8) -> Bool = { $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: "\t") }
        return Set(
            lines.compactMap { line in
                var line = line.drop(while: isSpace)
                while let last = line.last, isSpace(last) { line.removeLast() }
                return line.isEmpty ? nil : String(decoding: line, as: UTF8.self).lowercased()
            })
    }
}
