import Configuration
import JSON
import Postgres
import Storage
import Testing
import Traffic

@Suite struct RegistryTests {
    @Test func sameFileAgainChangesNothing() throws {
        let store = try StoreFixture()
        let settings = try labelSettings()
        let first = try store.registry.enable(settings, at: Moments.monday)
        #expect(first.change == .started)
        let second = try store.registry.enable(settings, at: Moments.monday.adding(seconds: Moments.hour))
        #expect(second.change == .unchanged)
        #expect(second.trial == first.trial)
        #expect(try store.registry.trials(includingEnded: true) == [first.trial])
    }

    @Test func aTappedTrialStandsBesideTheMirroredOneAndLeavesTheRouteAlone() throws {
        let store = try StoreFixture()
        let settings = try labelSettings()
        let mirrored = try store.registry.enable(settings, at: Moments.monday).trial
        let tapped = try store.registry.enable(settings, source: .tap, at: Moments.monday).trial
        #expect(mirrored.id != tapped.id && mirrored.timedTogether && !tapped.timedTogether)
        #expect(tapped.source == .tap && tapped.state == .running && tapped.endsAt != nil)
        let known = try store.registry.mirrorSettings()
        #expect(known.routes.count == 1)
        #expect(
            Set(known.trials.map { [$0.id.description, $0.source.rawValue] }) == [
                [mirrored.id.description, "mirror"], [tapped.id.description, "tap"],
            ])
        // What is mirrored is what a workload's name means.
        #expect(try store.registry.trialsInQuestion(workload: settings.workload).map(\.id) == [mirrored.id])
        let other = try UpstreamURL("http://other.test")
        let elsewhere = try labelSettings { $0.production.url = other }
        #expect(throws: StorageError.self) { try store.registry.enable(elsewhere, source: .tap, at: Moments.monday) }
        #expect(try store.registry.routes().map(\.url) == [settings.production.url.description])
        #expect(try store.registry.trials().count == 2)
        #expect(try store.registry.disable(workload: settings.workload, candidate: nil, at: Moments.monday).count == 2)
    }

    @Test func whatMayChangeChangesWithinTheTrial() throws {
        let store = try StoreFixture()
        let first = try store.registry.enable(try labelSettings(), at: Moments.monday)
        let changed = try labelSettings {
            $0.sample.rate = 0.5
            $0.control = 0.1
            $0.candidate.limits.concurrency = 4
            $0.trial.deadline = "2026-12-31"
            $0.privacy.retainDays = nil
            $0.production.price = TokenPrice(input: 1, output: 2)
        }
        let second = try store.registry.enable(changed, at: Moments.monday.adding(seconds: Moments.hour))
        #expect(second.change == .updated(["sample", "control", "candidate.limits", "trial.deadline", "privacy", "production.price"]))
        #expect(second.trial.id == first.trial.id)
        #expect(second.trial.settings == changed)
        #expect(second.trial.settingsChangedAt == Moments.monday.adding(seconds: Moments.hour))
        #expect(try store.registry.mirrorSettings().trials.map(\.settings) == [changed])
    }

    @Test func anyOtherChangeEndsTheTrialAndStartsTheNext() throws {
        let store = try StoreFixture()
        let first = try store.registry.enable(try labelSettings(), at: Moments.monday)
        let later = Moments.monday.adding(seconds: Moments.day)
        let second = try store.registry.enable(try labelSettings { $0.trial.margins.quality = 0.01 }, at: later)
        #expect(second.change == .replaced(previous: first.trial.id))
        #expect(second.trial.id != first.trial.id)
        let old = try #require(try store.registry.trial(first.trial.id))
        #expect(old.state == .ended)
        #expect(old.endReason == .replaced)
        #expect(old.endedAt == later)
    }

    @Test func oneCandidateMoreThanAllowedIsRefusedInOneLine() throws {
        let store = try StoreFixture()
        try _ = store.registry.enable(try labelSettings { $0.trial.candidates = 2 }, at: Moments.monday)
        let later = Moments.monday.adding(seconds: Moments.minute)
        try _ = store.registry.enable(try labelSettings(candidate: "mistral-small") { $0.trial.candidates = 2 }, at: later)
        let error = #expect(throws: StorageError.self) {
            try store.registry.enable(try labelSettings(candidate: "llama-8b") { $0.trial.candidates = 2 }, at: Moments.monday)
        }
        #expect(error?.code == .refused)
        #expect(error?.message.contains("phi-4, mistral-small") == true)
        #expect(error?.message.contains("\n") == false)
        #expect(try store.registry.trials().count == 2)
    }

    @Test func filesOfCandidatesBesideEachOtherMustAgree() throws {
        let store = try StoreFixture()
        try _ = store.registry.enable(try labelSettings { $0.trial.candidates = 2 }, at: Moments.monday)
        let other = try labelSettings(candidate: "mistral-small") {
            $0.trial.candidates = 2
            $0.compare.labels.append("refund")
        }
        let error = #expect(throws: StorageError.self) { try store.registry.enable(other, at: Moments.monday) }
        #expect(error?.message.hasPrefix("compare differs from the file of candidate phi-4") == true)
        // What may change within a trial may differ.
        let hurried = try labelSettings(candidate: "mistral-small") {
            $0.trial.candidates = 2
            $0.trial.deadline = "2026-12-31"
        }
        #expect(try store.registry.enable(hurried, at: Moments.monday).change == .started)
    }

    @Test func disablingKeepsTheRouteAndRemovingItEndsTheTrials() throws {
        let store = try StoreFixture()
        try _ = store.registry.enable(try labelSettings(), at: Moments.monday)
        let ended = try store.registry.disable(workload: "support-intents", candidate: nil, at: Moments.monday.adding(seconds: 60))
        #expect(ended.map(\.endReason) == [.disabled])
        #expect(try store.registry.routes().map(\.workload) == ["support-intents"])
        #expect(try store.registry.mirrorSettings().trials.isEmpty)
        #expect(throws: StorageError.self) {
            try store.registry.disable(workload: "support-intents", candidate: nil, at: Moments.monday)
        }
        let again = try store.registry.enable(try labelSettings(), at: Moments.monday.adding(seconds: 120))
        try store.registry.removeRoute(workload: "support-intents", at: Moments.monday.adding(seconds: 180))
        #expect(try store.registry.routes().isEmpty)
        #expect(try store.registry.trial(again.trial.id)?.endReason == .routeRemoved)
    }

    @Test func mirrorsHearOfEveryChange() throws {
        let store = try StoreFixture()
        let listener = try store.another()
        try listener.listen(Registry.channel)
        try _ = store.registry.enable(try labelSettings(), at: Moments.monday)
        #expect(try listener.waitForNotification(timeoutMilliseconds: 5000)?.channel == Registry.channel)
        let settings = try store.registry.mirrorSettings()
        #expect(settings.routes.map(\.productionURL.description) == ["http://production.test"])
        #expect(settings.trials.count == 1)
        #expect(try store.registry.mirrorSettings().samplingKey == settings.samplingKey)
        #expect(settings.samplingKey.word0 != settings.samplingKey.word1)
    }

    @Test func trialEndsByItselfWithItsLastCalendarDay() throws {
        let store = try StoreFixture()
        let settings = try labelSettings {
            $0.trial.timezone = "Europe/Berlin"
            $0.trial.maxDays = 2
            $0.trial.days = 1
        }
        let trial = try store.registry.enable(settings, at: Moments.monday).trial
        // Midnight in Berlin, after Monday and Tuesday.
        #expect(trial.endsAt == Timestamp("2026-11-17T23:00:00Z"))
        #expect(try store.registry.endCompleted(at: Timestamp("2026-11-17T22:59:59Z")!).isEmpty)
        #expect(try store.registry.endCompleted(at: Timestamp("2026-11-17T23:00:00Z")!).map(\.endReason) == [.completed])
    }

    @Test func unknownTimeZoneIsRefusedByName() throws {
        let store = try StoreFixture()
        let error = #expect(throws: StorageError.self) {
            try store.registry.enable(try labelSettings { $0.trial.timezone = "Mars/Olympus" }, at: Moments.monday)
        }
        #expect(error?.message.contains("Mars/Olympus") == true)
        #expect(try store.registry.routes().isEmpty)
    }
}
