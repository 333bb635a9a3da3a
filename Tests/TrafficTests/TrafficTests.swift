import Testing
import Traffic

@Suite struct IdentifierTests {
    @Test func carriesItsMomentVersionAndVariant() throws {
        let moment = try #require(Timestamp("2026-11-16T08:00:00.123Z"))
        let identifier = Identifier(at: moment, random: (.max, .max))
        #expect(identifier.moment == moment)
        #expect(identifier.description.count == 36)
        #expect(Array(identifier.description)[14] == "7")
        #expect("89ab".contains(Array(identifier.description)[19]))
        #expect(Identifier(identifier.description) == identifier)
    }

    @Test(arguments: [
        "", "0190", "0190c2a0-0000-7000-8000-00000000000g", "0190c2a0x0000-7000-8000-000000000000", "0190c2a0-0000-7000-8000-0000000000000",
    ])
    func refusesWhatIsNoUUID(_ text: String) { #expect(Identifier(text) == nil) }

    @Test func sortsByTime() {
        let early = Identifier(at: Timestamp(microseconds: 1_000_000), random: (.max, .max))
        let late = Identifier(at: Timestamp(microseconds: 1_001_000), random: (0, 0))
        #expect(early < late)
    }
}

@Suite struct TimestampTests {
    @Test(arguments: [
        ("1970-01-01T00:00:00Z", 0), ("2000-02-29T12:00:00Z", 951_825_600_000_000), ("2026-11-16T08:00:00.25+01:00", 1_794_812_400_250_000),
        ("1969-12-31T23:59:59.999999Z", -1),
    ])
    func readsRFC3339(_ text: String, _ microseconds: Int64) { #expect(Timestamp(text)?.microseconds == microseconds) }

    @Test(arguments: [
        "2026-02-29T00:00:00Z", "2026-11-16", "2026-11-16T08:00:00", "2026-13-01T00:00:00Z", "2026-11-16T24:00:00Z",
        "2026-11-16T08:00:00Zx",
    ])
    func refusesImpossibleOrVagueDates(_ text: String) { #expect(Timestamp(text) == nil) }

    @Test func writesWhatItReads() {
        for text in ["2026-11-16T08:00:00Z", "1969-12-31T23:59:59.000001Z", "2000-02-29T00:00:00Z"] {
            #expect(Timestamp(text)?.description == text)
        }
    }
}

@Suite struct KeyedHashTests {
    /// Vectors of the reference implementation: key 00…0f, messages of 0, 1, 8 and 15 bytes.
    @Test(arguments: [
        (0, 0x726f_db47_dd0e_0e31 as UInt64), (1, 0x74f8_39c5_93dc_67fd), (8, 0x93f5_f579_9a93_2462), (15, 0xa129_ca61_49be_45e5),
    ])
    func matchesTheReference(_ length: Int, _ expected: UInt64) {
        let hash = KeyedHash(key0: 0x0706_0504_0302_0100, key1: 0x0f0e_0d0c_0b0a_0908)
        #expect(hash.hash((0..<length).map { UInt8($0) }) == expected)
    }

    @Test func hashesUnderTwoKeysAsUnderEachAlone() {
        let (one, other) = (KeyedHash(key0: 1, key1: 2), KeyedHash(key0: 3, key1: 4))
        for length in 0...33 {
            let bytes = (0..<length).map { UInt8(7 * $0) }
            let apart = (one.hash(bytes), other.hash(bytes))
            #expect(KeyedHash.hash(bytes, one, other) == apart)
            // Bytes that do not lie side by side in memory.
            #expect(KeyedHash.hash([bytes].joined(), one, other) == apart)
        }
    }

    @Test func fractionsFillTheUnitInterval() {
        let hash = KeyedHash(key0: 1, key1: 2)
        let fractions = (0..<10_000).map { hash.fraction(Array(String($0).utf8)) }
        #expect(fractions.allSatisfy { $0 >= 0 && $0 < 1 })
        #expect(abs(Double(fractions.count { $0 < 0.1 }) - 1000) < 120)
    }
}

@Suite struct FindingTests {
    @Test func everyModeHasAGroupAndReliabilityCountsUnusableAnswers() {
        #expect(
            FailureMode.timeout.isReliabilityFailure && FailureMode.empty.isReliabilityFailure
                && FailureMode.invalidJSON.isReliabilityFailure)
        #expect(!FailureMode.labelMismatch.isReliabilityFailure && !FailureMode.refused.isReliabilityFailure)
        #expect(Correctness(production: true, candidate: false).difference == -1)
        #expect(Correctness.unknown.difference == nil)
    }

    @Test(arguments: [
        (200, nil), (429, LegError.rateLimited), (400, .rejectedRequest), (500, .serverError), (529, .serverError), (408, .timeout),
    ])
    func statusTellsTheFailure(_ status: Int, _ error: LegError?) { #expect(Leg(status: status).failure == error) }
}
