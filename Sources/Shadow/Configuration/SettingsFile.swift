import JSON
import Traffic

/// Why the mirror's settings file could not be read or written.
public struct SettingsFileError: Error, Sendable, Hashable, CustomStringConvertible {
    public enum Code: Sendable, Hashable {
        /// There is no such file.
        case missing
        /// The system does not let us read it.
        case unreadable
        /// What stands in it is not what was written.
        case damaged
        /// It could not be replaced; the old one still stands.
        case unwritable
    }

    public var code: Code
    public var file: String
    /// What happened, in words.
    public var detail: String

    public init(code: Code, file: String, detail: String) {
        self.code = code
        self.file = file
        self.detail = detail
    }

    /// One line that says what to do.
    public var description: String {
        switch code {
        case .missing: "\(file): \(detail); start understudy up on this data folder once, or name another"
        case .unreadable: "\(file) cannot be read: \(detail)"
        case .damaged: "\(file) is damaged: \(detail); remove it, it is written again from the database"
        case .unwritable: "\(file) cannot be written: \(detail)"
        }
    }
}

extension MirrorSettings {
    /// The file's first words; the number rises when older mirrors could not read it.
    private static let header = "understudy-settings 1 siphash="
    private static let maximumBytes = 64 << 20

    /// Writes the file whole: a line with a checksum, then JSON. Readers see the old or the new file, never a part. Mode 0600.
    public func write(to file: String) throws(SettingsFileError) {
        let body = json.serialised() + [UInt8(ascii: "\n")]
        let head = MirrorSettings.header + Checksum.hexadecimal(Checksum.first.hash(body)) + "\n"
        do throws(LocalFileError) { try LocalFile(file).replace(with: Array(head.utf8) + body) } catch {
            throw SettingsFileError(code: .unwritable, file: file, detail: error.reason)
        }
    }

    /// Reads the file. A trial whose settings this version does not understand is left out and stands in `unreadTrials`:
    /// the routes are served all the same.
    public static func read(from file: String) throws(SettingsFileError) -> MirrorSettings {
        let bytes: [UInt8]
        do throws(LocalFileError) { bytes = try LocalFile(file).read(limit: maximumBytes) } catch {
            throw SettingsFileError(code: error.isMissing ? .missing : .unreadable, file: file, detail: error.reason)
        }
        func damaged(_ detail: String) -> SettingsFileError { SettingsFileError(code: .damaged, file: file, detail: detail) }
        guard let end = bytes.firstIndex(of: UInt8(ascii: "\n")), bytes[..<end].starts(with: header.utf8) else {
            throw damaged("it does not begin with \"\(header)\"")
        }
        let body = bytes[(end + 1)...]
        guard String(decoding: bytes[header.utf8.count..<end], as: UTF8.self) == Checksum.hexadecimal(Checksum.first.hash(body)) else {
            throw damaged("its checksum does not fit its content")
        }
        let json: JSONValue
        do throws(JSONError) { json = try JSONValue.parse(body) } catch { throw damaged("\(error)") }
        guard let settings = MirrorSettings(json: json) else { throw damaged("a field is missing or of the wrong kind") }
        return settings
    }

    private var json: JSONValue {
        [
            "sampling_key": [.string(Checksum.hexadecimal(samplingKey.word0)), .string(Checksum.hexadecimal(samplingKey.word1))],
            "routes": .array(
                routes.map {
                    [
                        "workload": .string($0.workload), "api": .string($0.api.rawValue),
                        "production_url": .string($0.productionURL.description),
                    ]
                }),
            "trials": .array(
                trials.map {
                    [
                        "id": .string($0.id.description), "source": .string($0.source.rawValue),
                        "ends_at": JSONValue($0.endsAt?.description),
                        "settings": $0.settings.canonicalJSON(),
                    ]
                }),
        ]
    }

    private init?(json: JSONValue) {
        guard let words = json["sampling_key"]?.arrayValue, words.count == 2,
            let word0 = words[0].stringValue.flatMap({ UInt64($0, radix: 16) }),
            let word1 = words[1].stringValue.flatMap({ UInt64($0, radix: 16) }), let routes = json["routes"]?.arrayValue,
            let trials = json["trials"]?.arrayValue
        else { return nil }
        self.init(samplingKey: SamplingKey(word0: word0, word1: word1))
        for route in routes {
            guard let workload = route["workload"]?.stringValue, let api = route["api"]?.stringValue.flatMap(UpstreamAPI.init(rawValue:)),
                let text = route["production_url"]?.stringValue, let url = try? UpstreamURL(text)
            else { return nil }
            self.routes.append(MirrorRoute(workload: workload, api: api, productionURL: url))
        }
        for trial in trials {
            guard let id = trial["id"]?.stringValue.flatMap({ Identifier($0) }), let settings = trial["settings"],
                let source = trial["source"].map({ $0.stringValue.flatMap(Source.init(rawValue:)) }) ?? .mirror
            else { return nil }
            do throws(ConfigurationError) {
                let endsAt = trial["ends_at"]?.stringValue.flatMap { Timestamp($0) }
                self.trials.append(MirrorTrial(id: id, settings: try WorkloadSettings(json: settings), source: source, endsAt: endsAt))
            } catch {
                unreadTrials.append("trial \(id): \(error.faults.map(\.description).joined(separator: "; "))")
            }
        }
    }
}
