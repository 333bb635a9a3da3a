internal import Foundation
internal import Verdict

/// A look as JSON in which every bit of its numbers stands: they are written with the digits that are read as the same number again.
///
/// A property that is added to `Look` or its parts must be optional, or looks of before are decided again instead of read.
extension Look {
    // JSON knows no infinity.
    private static let (infinity, minusInfinity, noNumber) = ("inf", "-inf", "nan")

    /// Throws for what JSON cannot hold, which is nothing that a look holds.
    func stored() throws -> String {
        let encoder = JSONEncoder()
        encoder.nonConformingFloatEncodingStrategy = .convertToString(
            positiveInfinity: Look.infinity, negativeInfinity: Look.minusInfinity, nan: Look.noNumber)
        return String(decoding: try encoder.encode(self), as: UTF8.self)
    }

    /// Throws where the JSON says something else than this program's looks do.
    init(stored: String) throws {
        let decoder = JSONDecoder()
        decoder.nonConformingFloatDecodingStrategy = .convertFromString(
            positiveInfinity: Look.infinity, negativeInfinity: Look.minusInfinity, nan: Look.noNumber)
        self = try decoder.decode(Look.self, from: Data(stored.utf8))
    }
}
