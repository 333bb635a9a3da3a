/// One key of a workload's file: its name, what stands there where the file says nothing, and what it means.
struct SettingKey: Sendable {
    /// What a file that leaves the key out has.
    enum Standing: Sendable {
        /// It must be there; an example.
        case required(String)
        /// The default that the settings' own types give.
        case standard
        /// Nothing; an example.
        case absent(String)
        /// A group of keys of its own, which the file may leave out as a whole.
        case group
    }

    let name: String
    let standing: Standing
    /// In a line, without the name.
    let meaning: String

    init(_ name: String, _ standing: Standing, _ meaning: String) {
        self.name = name
        self.standing = standing
        self.meaning = meaning
    }
}

/// Every key of a workload's file (design §3): the one place that names them. The decoder knows no other, and `enable --explain` prints
/// these.
enum SettingKeys {
    /// A group of keys by its dotted path.
    struct Group: Sendable {
        let path: String
        let keys: [SettingKey]

        init(_ path: String, _ keys: [SettingKey]) {
            self.path = path
            self.keys = keys
        }
    }

    /// Prices of tokens, wherever they stand.
    private static func prices(_ input: String, _ output: String, _ cached: String) -> [SettingKey] {
        [
            SettingKey("input", .required(input), "USD for a million tokens read"),
            SettingKey("output", .required(output), "USD for a million tokens written"),
            SettingKey(
                "cached_input", .absent(cached), "USD for a million tokens read from the provider's cache; without it they cost as input"),
        ]
    }

    /// The same of a model whose calls could be sent as batch jobs.
    private static func prices(_ input: String, _ output: String, _ cached: String, batch: (String, String)) -> [SettingKey] {
        prices(input, output, cached) + [
            SettingKey("batch_input", .absent(batch.0), "the same in batch jobs; the report says what the calls would cost as such"),
            SettingKey("batch_output", .absent(batch.1), "the same in batch jobs"),
        ]
    }

    private static func keyPlace(_ variable: String, _ file: String) -> [SettingKey] {
        [
            SettingKey("env", .absent(variable), "the environment variable that holds the key"),
            SettingKey("file", .absent(file), "or the file whose first line is the key; the key itself never stands here"),
        ]
    }

    private static let ratios = [
        SettingKey("p95", .standard, "at the 95th percentile"), SettingKey("p99", .standard, "at the 99th percentile"),
    ]

    static let groups: [Group] = [
        Group(
            "",
            [
                SettingKey("workload", .required("support-intents"), "the workload's name, also its path on the mirror"),
                SettingKey("compare", .group, "how two answers are held against each other"),
                SettingKey("production", .group, "the model that answers the app today"),
                SettingKey("candidate", .group, "the small model on trial"),
                SettingKey("match", .group, "which calls of the route are shadowed"),
                SettingKey("sample", .group, "the share of calls that is shadowed; just a share, sample: 10%, says the rate"),
                SettingKey(
                    "control", .standard,
                    "share of pairs for which production is asked a second time, to see how often it disagrees with itself"),
                SettingKey("adjudicate", .group, "who says which answer is right where two differ"),
                SettingKey("judge", .group, "a model that predicts who is right, so that fewer labels suffice; decides nothing itself"),
                SettingKey("trial", .group, "when the trial decides, and by which standards; frozen when it begins"),
                SettingKey("privacy", .group, "what is kept, and how long"),
            ]),
        Group(
            "compare",
            [
                SettingKey("as", .required("label"), "label | json | tools | text: what an answer is"),
                SettingKey("labels", .required("[card_arrival, lost_card]"), "label: the closed set that an answer is one of"),
                SettingKey(
                    "schema", .absent("{ type: object }"),
                    "json: the schema of answers, here or a file's name; else the call's own response_format"),
                SettingKey("ignore", .standard, "json: JSON Pointers that are left out, e.g. /notes or /lines/*/id"),
                SettingKey("unordered", .standard, "json, tools: arrays that are compared as sets, by JSON Pointer"),
                SettingKey("tolerance", .standard, "json, tools: greatest difference that still counts as equal, e.g. { /total: 0.01 }"),
                SettingKey("formats", .standard, "json, tools: date | number | currency | text, compared by meaning, e.g. { /due: date }"),
                SettingKey("ignore_arguments", .standard, "tools: arguments that are left out, by name"),
                SettingKey("ordered_calls", .standard, "tools: whether the calls of an answer must come in production's order"),
                SettingKey("otherwise", .standard, "tools: text | json: how a turn that is answered in text is compared"),
            ]),
        Group(
            "production",
            [
                SettingKey(
                    "api", .standard, "the API that it speaks; inferred from the host. openai and what is compatible with it works now"),
                SettingKey("url", .required("https://api.openai.com"), "where it is; the path after the workload's name is added"),
                SettingKey("price", .group, "what its tokens cost; without it money is unknown"),
                SettingKey("key", .group, "only for the probe of enable and for replay: the app's own key serves the mirror"),
            ]),
        Group("production.price", prices("5.00", "25.00", "0.50", batch: ("2.50", "12.50"))),
        Group("production.key", keyPlace("OPENAI_API_KEY", "/run/secrets/production-key")),
        Group(
            "candidate",
            [
                SettingKey("name", .standard, "how reports call it; the model's name where it is left out"),
                SettingKey("api", .standard, "as production's"),
                SettingKey("url", .required("http://vllm.internal:8000/v1"), "the base URL of its API"),
                SettingKey("model", .required("phi-4"), "what stands in the request's model"),
                SettingKey("key", .group, "read by the mirror, from its environment or a file; sent as a bearer token"),
                SettingKey("price", .group, "what its tokens cost"),
                SettingKey("dedicated", .group, "instead of price: a machine that is rented by the hour"),
                SettingKey("confidence", .standard, "logprobs | none | { field: /confidence }: how sure it is, which two-tier needs"),
                SettingKey("rewrite", .group, "what is changed in the app's request, besides the model"),
                SettingKey("limits", .group, "what it may use; what is above is shed and counted"),
            ]),
        Group("candidate.price", prices("0.125", "0.50", "0.0125", batch: ("0.0625", "0.25"))),
        Group("candidate.key", keyPlace("VLLM_KEY", "/run/secrets/candidate-key")),
        Group(
            "candidate.dedicated",
            [
                SettingKey("hourly", .required("4.00"), "USD an hour for one replica"),
                SettingKey("tokens_per_day", .required("200000000"), "tokens, read and written, that one replica serves a day"),
                SettingKey("replicas", .standard, "replicas that are rented at least, in each region"),
                SettingKey("regions", .absent("{ eu: 60%, us: 40% }"), "shares of the traffic that replicas of their own serve"),
                SettingKey("hourly_by_region", .absent("{ us: 3.50 }"), "USD an hour where a region has a price of its own"),
            ]),
        Group(
            "candidate.confidence",
            [SettingKey("field", .absent("/confidence"), "a number from 0 to 1 in the answer itself, by JSON Pointer")]),
        Group(
            "candidate.rewrite",
            [
                SettingKey("system", .absent("Answer with one label."), "replaces the system message"),
                SettingKey("set", .standard, "request fields and their values, e.g. { temperature: 0 }"),
                SettingKey("remove", .standard, "request fields that its API cannot take, e.g. [seed]; every pair says so"),
            ]),
        Group(
            "candidate.limits",
            [
                SettingKey("concurrency", .standard, "calls at a time, also of replay"),
                SettingKey("queue", .standard, "calls that wait for a place"),
                SettingKey("timeout", .standard, "for one call, and for its wait in the queue"),
                SettingKey("per_day", .standard, "USD a day that it may cost, e.g. 25 USD; none is no limit"),
                SettingKey("calls_per_minute", .standard, "calls begun in a minute, e.g. 600; none is no limit"),
            ]),
        Group("match", [SettingKey("paths", .standard, "paths of the calls that are shadowed, after the workload's name")]),
        Group(
            "sample",
            [
                SettingKey("rate", .standard, "the share, written 10% or 0.1"),
                SettingKey("by", .standard, "call | conversation: what is drawn as one; a conversation is taken with all its turns"),
                SettingKey("conversation", .group, "what names the conversation; else its opening does, where one is needed"),
                SettingKey("segments", .group, "rates of their own for parts of the traffic"),
            ]),
        Group(
            "sample.conversation",
            [
                SettingKey("header", .absent("X-Session-Id"), "a request header"),
                SettingKey("field", .absent("/metadata/session"), "or a field of the request's body, by JSON Pointer"),
            ]),
        Group(
            "sample.segments",
            [
                SettingKey("header", .required("X-Channel"), "the request header whose value is the call's segment"),
                SettingKey("rates", .absent("{ mail: 50% }"), "the share of a segment; the others have the common rate"),
            ]),
        Group(
            "adjudicate",
            [
                SettingKey("by", .standard, "labels | people | none: whose word counts where a label and a person differ"),
                SettingKey("disagreements", .standard, "share of the pairs that differ which is drawn for judging"),
            ]),
        Group(
            "judge",
            [
                SettingKey("url", .required("https://api.openai.com/v1"), "the base URL of an API compatible with OpenAI's"),
                SettingKey("model", .required("gpt-5-mini"), "what stands in the request's model"),
                SettingKey("key", .group, "read by the worker"),
                SettingKey("price", .group, "what its tokens cost; per_day needs it"),
                SettingKey("limits", .group, "what it may use"),
            ]),
        Group("judge.price", prices("0.25", "2.00", "0.025")),
        Group("judge.key", keyPlace("JUDGE_KEY", "/run/secrets/judge-key")),
        Group(
            "judge.limits",
            [
                SettingKey("concurrency", .standard, "calls at a time, of one worker"),
                SettingKey("timeout", .standard, "for one call"),
                SettingKey("per_day", .standard, "USD a day that it may cost, e.g. 5 USD; none is no limit"),
            ]),
        Group(
            "trial",
            [
                SettingKey("days", .standard, "days with compared pairs before which there is no switch and no two_tier"),
                SettingKey("max_days", .standard, "the day of the last look"),
                SettingKey("alpha", .standard, "the error that all candidates of the workload share"),
                SettingKey("candidates", .standard, "candidates that may be on trial at once; each is held to alpha divided by it"),
                SettingKey("timezone", .standard, "the IANA time zone whose calendar days count"),
                SettingKey("deadline", .absent("2027-03-31"), "the day by which the verdict must be there; the report says if it will"),
                SettingKey("margins", .group, "how much worse the candidate may be, and how much better it must be"),
            ]),
        Group(
            "trial.margins",
            [
                SettingKey("quality", .standard, "accuracy that may be lost"),
                SettingKey("tier", .standard, "wrong answers that a first tier may add"),
                SettingKey("reliability", .standard, "failures that it may have beyond production's"),
                SettingKey("noise", .standard, "disagreement beyond production's with itself"),
                SettingKey("saving", .standard, "least share of the cost that must be saved"),
                SettingKey("latency", .group, "its latency divided by production's, at most"),
                SettingKey("two_tier_latency", .group, "the same for the mix of both tiers"),
            ]),
        Group("trial.margins.latency", ratios), Group("trial.margins.two_tier_latency", ratios),
        Group(
            "privacy",
            [
                SettingKey("retain", .standard, "how long pairs are kept, in days or forever; rollups and verdicts outlive them"),
                SettingKey("redact", .standard, "not yet: comes with a later release"),
                SettingKey("capture", .standard, "full; metadata-only comes with a later release"),
            ]),
    ]

    static let byPath: [String: [SettingKey]] = Dictionary(uniqueKeysWithValues: groups.map { ($0.path, $0.keys) })
}
