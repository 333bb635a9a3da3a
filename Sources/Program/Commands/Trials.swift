internal import Configuration
internal import JSON
internal import Postgres
internal import Storage
internal import Traffic

extension Command {
    /// Ends a trial.
    static let disable = Command(
        "disable", operands: "WORKLOAD", summary: "Ends a workload's trials; its route stays and passes every call through",
        options: [.value("candidate", "NAME", "only this candidate's trial")]
    ) { arguments in
        let workload = try arguments.operands("the workload")[0]
        try withConnection(arguments) { connection in
            for trial in try Registry(connection).disable(workload: workload, candidate: arguments["candidate"], at: now()) {
                print(
                    "Ended the trial of \(trial.candidate) for \(trial.workload) (\(trial.id)). Its evidence and its report stay; the route passes calls through."
                )
            }
        }
    }

    /// All trials.
    static let list = Command(
        "list", summary: "Lists the trials", options: [.flag("all", "ended ones too"), .flag("json", "as JSON")]
    ) { arguments in
        _ = try arguments.operands()
        try withConnection(arguments) { connection in
            let trials = try Registry(connection).trials(includingEnded: arguments.has("all"))
            if arguments.has("json") {
                print(JSONValue.array(trials.map(json)).serialisedString())
            } else if trials.isEmpty {
                print("No trial is open. Start one with understudy enable -f FILE, or import recorded pairs.")
            } else {
                print(
                    table(
                        [["WORKLOAD", "CANDIDATE", "SOURCE", "STATE", "SINCE", "TRIAL"]]
                            + trials.map { trial in
                                [
                                    trial.workload, trial.candidate + (trial.simulated ? " (simulated)" : ""), trial.source.rawValue,
                                    trial.state.rawValue,
                                    String(trial.startedAt.description.prefix(10)), trial.id.description,
                                ]
                            }))
            }
        }
    }

    private static func json(_ trial: StoredTrial) -> JSONValue {
        [
            "workload": JSONValue(trial.workload), "trial": JSONValue(trial.id.description), "candidate": JSONValue(trial.candidate),
            "source": JSONValue(trial.source.rawValue), "state": JSONValue(trial.state.rawValue), "simulated": JSONValue(trial.simulated),
            "starts_at": JSONValue(trial.startedAt.description), "ends_at": JSONValue(trial.endsAt?.description),
            "ended_at": JSONValue(trial.endedAt?.description),
        ]
    }

    /// Routes.
    static let route = Command(
        "route", operands: "list | remove WORKLOAD", summary: "Lists the routes, or ends one: its calls are then answered with 404",
        options: [.flag("json", "as JSON")]
    ) { arguments in
        switch arguments.operands.first {
        case "list":
            _ = try arguments.operands("list")
            try withConnection(arguments) { connection in listRoutes(try Registry(connection).routes(), asJSON: arguments.has("json")) }
        case "remove":
            let workload = try arguments.operands("remove", "the workload")[1]
            try withConnection(arguments) { connection in
                try Registry(connection).removeRoute(workload: workload, at: now())
                print("The route \(workload) is gone: within a second mirrors answer its calls with 404.")
            }
        default: throw CommandError.usage("say what to do: route list, or route remove WORKLOAD.")
        }
    }

    private static func listRoutes(_ routes: [StoredRoute], asJSON: Bool) {
        if asJSON {
            print(
                JSONValue.array(
                    routes.map { ["workload": JSONValue($0.workload), "url": JSONValue($0.url), "api": JSONValue($0.api.rawValue)] }
                ).serialisedString())
        } else if routes.isEmpty {
            print("There is no route. understudy enable -f FILE makes one.")
        } else {
            print(
                table(
                    [["WORKLOAD", "PRODUCTION", "SINCE"]]
                        + routes.map { [$0.workload, $0.url, String($0.createdAt.description.prefix(10))] }))
        }
    }
}

/// Rows with their columns aligned; the first row is the head.
func table(_ rows: [[String]]) -> String {
    let count = rows.map(\.count).max() ?? 0
    let widths = (0..<count).map { column in rows.map { column < $0.count ? $0[column].count : 0 }.max() ?? 0 }
    return rows.map { row in
        row.enumerated().map { index, cell in
            index == row.count - 1 ? cell : cell + String(repeating: " ", count: widths[index] - cell.count + 2)
        }.joined()
    }.joined(separator: "\n")
}
