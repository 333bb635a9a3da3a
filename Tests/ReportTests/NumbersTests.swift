import Testing
import Traffic

@testable import Report

@Suite struct NumbersTests {
    @Test func moneyHasThreeSignificantDigitsOrCents() {
        let texts = [18_437.2, 999_950, 1_234_567, 420.4, 4.2, 0.5, 0.00213, 0.000_000_345, 0, -1200, 999.6].map(Numbers.money)
        #expect(
            texts == [
                "$18,400", "$1,000,000", "$1,230,000", "$420", "$4.20", "$0.50", "$0.00213", "$0.000000345", "$0", "−$1,200", "$1,000",
            ])
    }

    @Test func percentagesHaveTheDigitsThatMakeSense() {
        let texts = [0.71, 0.0912, 0.02, 0.005, 0.00421, 0.000_01, 0, 1, 0.9953, 0.999_99, -0.71, -0.000_01, 1.234].map(Numbers.percent)
        #expect(
            texts == [
                "71 %", "9.1 %", "2 %", "0.5 %", "0.42 %", "< 0.01 %", "0 %", "100 %", "99.53 %", "> 99.99 %", "−71 %", "> −0.01 %",
                "123 %",
            ])
    }

    @Test func whatDiffersFromItsThresholdReadsDifferently() {
        #expect(Numbers.percent(0.050_01, apartFrom: 0.05) != Numbers.percent(0.05))
        #expect(Numbers.points(0.0199, apartFrom: -0.02) == "1.99")
        #expect(Numbers.points(-0.02, apartFrom: -0.02) == "2")
        #expect(Numbers.ratio(1.001, apartFrom: 1) == "1.001")
        #expect(Numbers.ratio(0.42, apartFrom: 1) == "0.42")
    }

    @Test func timesCountsAndTokensReadAsPeopleSayThem() {
        #expect(
            [812.4, 1900, 41_000, 3.21, 999.6, 0.0421].map(Numbers.duration) == ["812 ms", "1.9 s", "41 s", "3.2 ms", "1.0 s", "0.042 ms"])
        #expect([0, 999, 2140, -1_234_567].map(Numbers.count) == ["0", "999", "2,140", "−1,234,567"])
        #expect([3, 19, 24, 612, 8_349].map { Numbers.approximate($0) } == ["3", "19", "24", "610", "8,300"])
        #expect([8e6, 480_000, 920, 3_249_000].map(Numbers.tokens) == ["8 M", "480 k", "920", "3.2 M"])
        #expect([0.019, 0.000_01, 0].map(Numbers.answers) == ["190", "less than 1", "0"])
    }

    @Test func aNumberNeverLosesItsSign() {
        #expect(Numbers.decimal(-0.001, places: 2) == "0.00")
        #expect(Numbers.decimal(-0.01, places: 2) == "−0.01")
        #expect(Numbers.decimal(.infinity, places: 1) == "unbounded")
        #expect(Numbers.whole(1e300) > 0 && Numbers.whole(-.infinity) < 0 && Numbers.whole(.nan) == 0)
    }

    @Test func datesAreThoseOfTheTrialsTimeZone() {
        let moment = Timestamp("2026-11-23T23:30:00Z")!
        #expect(Dates(utcOffsetSeconds: 0).day(moment) == "Mon 23 Nov")
        #expect(Dates(utcOffsetSeconds: 3600).day(moment) == "Tue 24 Nov")
        #expect(Dates(utcOffsetSeconds: 3600).isoDay(moment) == "2026-11-24")
        #expect(Dates(utcOffsetSeconds: -3600).full(moment) == "23 Nov 2026, 22:30")
        let utc = Dates(utcOffsetSeconds: 0)
        #expect(utc.due(0, after: moment) == "today")
        #expect(utc.due(0.1, after: moment) == "Tuesday")
        #expect(utc.due(6, after: moment) == "Sunday")
        #expect(utc.due(7, after: moment) == "Mon 30 Nov")
    }
}
