internal import Synchronization

/// All metrics of a process, and their Prometheus text.
///
/// Getting a metric takes a lock: callers get theirs once and keep it. The same name and labels give the same metric.
/// A name with two kinds is a fault of ours and traps. Label values come from outside now and then, so a family takes
/// at most `maxSeries` of them; all further ones share one series whose label values are `other`.
public final class MetricsRegistry: Sendable {
    /// Series that one name may have before further ones are put together.
    public static let maxSeries = 2000

    /// What `prometheusText()` is served as (exposition format 0.0.4).
    public static let contentType = "text/plain; version=0.0.4; charset=utf-8"

    private enum Metric: Sendable {
        case counter(Counter)
        case gauge(Gauge)
        case reading(@Sendable () -> Double)
        case histogram(Histogram)

        var kind: String {
            switch self {
            case .counter: "counter"
            case .gauge, .reading: "gauge"
            case .histogram: "histogram"
            }
        }
    }

    private struct Family: Sendable {
        var help: String
        var series: [String: Metric] = [:]
    }

    private let families = Mutex<[String: Family]>([:])

    public init() {}

    /// A counter; `name` ends with `_total` by Prometheus' habit.
    public func counter(_ name: String, help: String, labels: KeyValuePairs<String, String> = [:]) -> Counter {
        guard case .counter(let counter) = metric(name, help, labels, { .counter(Counter()) }) else { mixed(name) }
        return counter
    }

    /// A gauge that is set.
    public func gauge(_ name: String, help: String, labels: KeyValuePairs<String, String> = [:]) -> Gauge {
        guard case .gauge(let gauge) = metric(name, help, labels, { .gauge(Gauge()) }) else { mixed(name) }
        return gauge
    }

    /// A gauge that is read whenever the text is asked for; `read` may be called on any thread.
    public func gauge(
        _ name: String, help: String, labels: KeyValuePairs<String, String> = [:], read: @escaping @Sendable () -> Double
    ) {
        guard case .reading = metric(name, help, labels, { .reading(read) }) else { mixed(name) }
    }

    /// A histogram; `bounds` are those of the series' first use.
    public func histogram(
        _ name: String, help: String, labels: KeyValuePairs<String, String> = [:], bounds: [Double] = Histogram.operationSeconds
    ) -> Histogram {
        guard case .histogram(let histogram) = metric(name, help, labels, { .histogram(Histogram(bounds: bounds)) }) else { mixed(name) }
        return histogram
    }

    /// Every metric in Prometheus' text format, sorted by name and labels.
    public func prometheusText() -> String {
        var text = ""
        let snapshot = families.withLock { $0 }
        for (name, family) in snapshot.sorted(by: { $0.key < $1.key }) {
            guard let kind = family.series.values.first?.kind else { continue }
            text += "# HELP \(name) \(MetricsRegistry.escaped(family.help, quotes: false))\n# TYPE \(name) \(kind)\n"
            for (labels, metric) in family.series.sorted(by: { $0.key < $1.key }) {
                MetricsRegistry.append(name, labels, metric, to: &text)
            }
        }
        return text
    }

    private func metric(
        _ name: String, _ help: String, _ labels: KeyValuePairs<String, String>, _ make: () -> Metric
    ) -> Metric {
        precondition(MetricsRegistry.isName(name), "not a metric's name: \(name)")
        let own = MetricsRegistry.labelText(labels)
        return families.withLock { families in
            var family = families[name] ?? Family(help: help)
            if let known = family.series[own] { return known }
            var key = own
            if family.series.count >= MetricsRegistry.maxSeries {
                key = MetricsRegistry.labelText(labels, allValues: "other")
                if let known = family.series[key] { return known }
            }
            let made = make()
            if let other = family.series.values.first, other.kind != made.kind { mixed(name) }
            family.series[key] = made
            families[name] = family
            return made
        }
    }

    private func mixed(_ name: String) -> Never { preconditionFailure("metric \(name) is used as two kinds") }

    private static func append(_ name: String, _ labels: String, _ metric: Metric, to text: inout String) {
        let own = labels.isEmpty ? "" : "{\(labels)}"
        switch metric {
        case .counter(let counter): text += "\(name)\(own) \(counter.value)\n"
        case .gauge(let gauge): text += "\(name)\(own) \(number(gauge.value))\n"
        case .reading(let read): text += "\(name)\(own) \(number(read()))\n"
        case .histogram(let histogram):
            let separator = labels.isEmpty ? "" : ","
            var total = 0
            let counts = histogram.counts
            for (index, bound) in histogram.bounds.enumerated() {
                total += counts[index]
                text += "\(name)_bucket{\(labels)\(separator)le=\"\(number(bound))\"} \(total)\n"
            }
            total += counts[histogram.bounds.count]
            text += "\(name)_bucket{\(labels)\(separator)le=\"+Inf\"} \(total)\n"
            text += "\(name)_sum\(own) \(number(histogram.sum))\n\(name)_count\(own) \(total)\n"
        }
    }

    /// Numbers as Prometheus reads them: whole ones without a point.
    private static func number(_ value: Double) -> String {
        if value.isNaN { return "NaN" }
        if value.isInfinite { return value < 0 ? "-Inf" : "+Inf" }
        return value == value.rounded() && abs(value) < 1e15 ? String(Int64(value)) : value.description
    }

    private static func labelText(_ labels: KeyValuePairs<String, String>, allValues: String? = nil) -> String {
        var text = ""
        for (name, value) in labels {
            precondition(isName(name) && name != "le" && !name.utf8.contains(0x3A), "not a label's name: \(name)")
            if !text.isEmpty { text += "," }
            text += "\(name)=\"\(escaped(allValues ?? value, quotes: true))\""
        }
        return text
    }

    private static func escaped(_ text: String, quotes: Bool) -> String {
        var result = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\\": result += "\\\\"
            case "\n": result += "\\n"
            case "\"" where quotes: result += "\\\""
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result
    }

    /// `[a-zA-Z_:][a-zA-Z0-9_:]*`, as the exposition format has it.
    private static func isName(_ name: String) -> Bool {
        var isFirst = true
        for byte in name.utf8 {
            let letter = (0x61...0x7A).contains(byte | 0x20) || byte == 0x5F || byte == 0x3A
            guard letter || (!isFirst && (0x30...0x39).contains(byte)) else { return false }
            isFirst = false
        }
        return !isFirst
    }
}
