public import JSON

extension WorkloadSettings {
    /// Reads and checks a YAML file. Relative paths in it start from its folder.
    ///
    /// Throws all faults at once, each with its line and what would be right.
    public static func load(file: String) throws(ConfigurationError) -> WorkloadSettings {
        let local = LocalFile(file)
        let bytes: [UInt8]
        do throws(LocalFileError) { bytes = try local.read(limit: YAMLTree.maximumBytes) } catch {
            throw ConfigurationError(faults: [ConfigurationFault(file: file, field: "", message: "cannot be read: \(error.reason)")])
        }
        return try parse(yaml: bytes, file: file, folder: local.folder)
    }

    /// Reads and checks YAML. `file` names it in faults; relative paths start from `folder`.
    ///
    /// Throws all faults at once, in the order of the lines.
    public static func parse(yaml: [UInt8], file: String? = nil, folder: String = ".") throws(ConfigurationError) -> WorkloadSettings {
        let faults = FaultList(file: file)
        let tree = YAMLTree.read(yaml, faults: faults)
        let settings = tree.flatMap { SettingsDecoder(faults: faults, folder: folder).workload($0) }
        guard let settings, faults.faults.isEmpty else { throw ConfigurationError(faults: inOrder(faults.faults)) }
        return settings
    }

    /// Reads and checks settings in JSON: what `canonicalJSON()` gave, or any JSON of the file's form.
    ///
    /// Throws all faults at once.
    public init(json: JSONValue) throws(ConfigurationError) {
        let faults = FaultList(file: nil)
        let settings = SettingsDecoder(faults: faults, folder: nil).workload(Node(json))
        guard let settings, faults.faults.isEmpty else { throw ConfigurationError(faults: faults.faults) }
        self = settings
    }

    /// By line, faults of one line as they were found.
    private static func inOrder(_ faults: [ConfigurationFault]) -> [ConfigurationFault] {
        faults.enumerated().sorted { ($0.element.line ?? 0, $0.offset) < ($1.element.line ?? 0, $1.offset) }.map(\.element)
    }
}
