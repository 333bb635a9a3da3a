import Foundation
import TestSupport

/// Certificates of an authority of their own, made by the machine's `openssl`.
final class Certificates {
    let folder: TemporaryFolder

    init() throws {
        folder = try TemporaryFolder()
        try authority("ca")
    }

    func path(_ name: String) -> String { folder.path(name) }

    /// A new authority: `NAME.pem` and `NAME.key`.
    func authority(_ name: String) throws {
        try openssl(
            "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2", "-subj", "/CN=\(name)",
            "-keyout",
            "\(name).key", "-out", "\(name).pem")
    }

    /// A certificate of `authority` for this machine: `NAME.pem` and `NAME.key`. `serial` shows to clients, as the name does.
    func certificate(_ name: String, of authority: String = "ca", days: Int = 2) throws {
        try Data("subjectAltName=IP:127.0.0.1,DNS:localhost\n".utf8).write(to: URL(filePath: path("\(name).ext")))
        try openssl(
            "req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-subj", "/CN=\(name)", "-keyout", "\(name).key",
            "-out",
            "\(name).csr")
        var arguments = ["x509", "-req", "-in", "\(name).csr", "-CA", "\(authority).pem", "-CAkey", "\(authority).key", "-CAcreateserial"]
        arguments += ["-extfile", "\(name).ext", "-out", "\(name).pem", "-days", "\(days)"]
        try openssl(arguments)
    }

    /// Puts one certificate and its key in the place of another, each at once.
    func replace(_ name: String, by other: String) throws {
        for ending in ["pem", "key"] {
            let new = path("\(name).\(ending).new")
            try FileManager.default.copyItem(atPath: path("\(other).\(ending)"), toPath: new)
            guard unsafe rename(new, path("\(name).\(ending)")) == 0 else { throw Unexpected("cannot replace \(name)") }
        }
    }

    private func openssl(_ arguments: String...) throws { try openssl(arguments) }

    private func openssl(_ arguments: [String]) throws {
        let result = try tool("openssl", arguments, in: folder.path(""))
        guard result.status == 0 else { throw Unexpected("openssl \(arguments): \(result.errors)") }
    }
}
