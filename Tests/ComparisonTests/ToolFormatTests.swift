import Comparison
import Configuration
import JSON
import Testing
import Traffic

/// Arguments whose meaning the settings declare.
@Suite struct `Arguments in declared formats` {
    private let settings = CompareSettings(
        kind: .tools, tolerance: ["/amount": 0.5],
        formats: ["/when": .date, "/to": .text, "/price": .currency, "/count": .number, "/at/*": .date])

    private func found(_ production: String, _ candidate: String) -> Finding {
        toolsCompared(toolAnswer(("pay", production)), toolAnswer(("pay", candidate)), settings: settings, request: [])
    }

    @Test(arguments: [
        (#"{"when":"2026-12-01"}"#, #"{"when":"1 December 2026"}"#, EquivalenceRule.dateFormat),
        (#"{"when":"2026-12-01"}"#, #"{"when":"1. Dezember 2026"}"#, .dateFormat),
        (#"{"at":["2026-12-01"]}"#, #"{"at":["Dec 1, 2026"]}"#, .dateFormat),
        (#"{"price":"$5.00"}"#, #"{"price":"5 USD"}"#, .currencyFormat),
        (#"{"count":"1,000.50"}"#, #"{"count":"1000.5"}"#, .numberFormat),
        (#"{"to":"Anna"}"#, #"{"to":"ANNA"}"#, .case),
        (#"{"amount":"5.2"}"#, #"{"amount":"5.4"}"#, .withinTolerance),
    ])
    func `agree by meaning`(_ production: String, _ candidate: String, _ rule: EquivalenceRule) {
        let finding = found(production, candidate)
        #expect(finding.agreement == .equivalent && finding.equivalence == rule, "\(finding)")
    }

    @Test(arguments: [
        (#"{"when":"2026-12-01"}"#, #"{"when":"2026-12-02"}"#), (#"{"when":"03/04/2026"}"#, #"{"when":"2026-04-03"}"#),
        (#"{"price":"$5.00"}"#, #"{"price":"5 EUR"}"#), (#"{"count":"1,000"}"#, #"{"count":"1"}"#),
        (#"{"to":"Anna"}"#, #"{"to":"Anne"}"#), (#"{"amount":"5.2"}"#, #"{"amount":"5.8"}"#),
        (#"{"other":"2026-12-01"}"#, #"{"other":"1 December 2026"}"#), (#"{"when":"2026-12-01"}"#, #"{"when":20261201}"#),
    ])
    func `differ where the meaning does, or none is declared`(_ production: String, _ candidate: String) {
        #expect(found(production, candidate).failureMode == .argumentsMismatch)
    }
}
