"""The benchmark's peer: a worker as a team would write it in Python, with deepdiff and jsonschema.

It claims the same batches from the same tables and compares the same answers, but stores less than the diff worker: one row a pair with
agreement, mode and differences, no rollups, costs or latencies. Prints the CPU seconds of itself and 0 in the place of its server process.
"""
import json
import re
import sys
import time

import deepdiff
import jsonschema
import psycopg2
import psycopg2.extras

CLAIM = """
    SELECT id, trial, pair_ids FROM understudy_store.batch WHERE state = 'waiting' ORDER BY id LIMIT 1 FOR UPDATE SKIP LOCKED
"""
READ = """
    SELECT pair.id, call.production_output, pair.candidate_output, call.production_tool_calls, pair.candidate_tool_calls
    FROM understudy_store.pair JOIN understudy_store.call ON call.id = pair.call_id WHERE pair.id = ANY (%s::uuid[])
"""


def words(text):
    return re.sub(r"[\W_]+", " ", text).strip().casefold()


class Labels:
    def __init__(self, settings):
        self.labels = {words(label): label for label in settings["labels"]}
        self.pattern = re.compile(r"\b(" + "|".join(re.escape(label) for label in settings["labels"]) + r")\b", re.I)

    def read(self, text):
        label = self.labels.get(words(text))
        if label is None:
            found = {match.lower() for match in self.pattern.findall(text)}
            label = found.pop() if len(found) == 1 else None
        return label

    def compare(self, production, candidate, *_):
        if production == candidate:
            return "identical", None, None
        left, right = self.read(production), self.read(candidate)
        return ("equivalent", None, None) if left == right else ("different", "label_mismatch", {"production": left, "candidate": right})


class Documents:
    def __init__(self, settings):
        self.validator = jsonschema.Draft7Validator(settings["schema"])
        self.ignored = ["root" + "".join(f"['{part}']" for part in pointer.split("/")[1:]) for pointer in settings["ignore"]]

    def compare(self, production, candidate, *_):
        if production == candidate:
            list(self.validator.iter_errors(json.loads(candidate)))
            return "identical", None, None
        left, right = json.loads(production), json.loads(candidate)
        violations = [error.message for error in self.validator.iter_errors(right)]
        difference = deepdiff.DeepDiff(left, right, exclude_paths=self.ignored)
        if not difference and not violations:
            return "equivalent", None, None
        return "different", "value_mismatch", {"differences": json.loads(difference.to_json()), "violations": violations}


class Calls:
    def __init__(self, settings):
        pass

    def compare(self, _, __, production, candidate):
        left, right = ([{"name": call["name"], "arguments": json.loads(call["arguments"])} for call in calls or []] for calls in (production, candidate))
        difference = deepdiff.DeepDiff(left, right, ignore_order=True)
        return ("different", "arguments_mismatch", json.loads(difference.to_json())) if difference else ("identical", None, None)


class Texts:
    def __init__(self, settings):
        pass

    def compare(self, production, candidate, *_):
        if production == candidate:
            return "identical", None, None
        if words(production) == words(candidate):
            return "equivalent", None, None
        return "different", "meaning_mismatch", json.loads(deepdiff.DeepDiff(production, candidate).to_json())


KINDS = {"label": Labels, "json": Documents, "tools": Calls, "text": Texts}

connection = psycopg2.connect(sys.argv[1])
cursor = connection.cursor()
cursor.execute("CREATE TABLE IF NOT EXISTS peer_finding (pair_id uuid PRIMARY KEY, agreement text, mode text, differences jsonb)")
connection.commit()
comparisons = {}
while True:
    cursor.execute(CLAIM)
    batch = cursor.fetchone()
    if batch is None:
        break
    number, trial, pairs = batch
    if trial not in comparisons:
        cursor.execute("SELECT settings -> 'compare' FROM understudy_store.trial WHERE id = %s", (trial,))
        settings = cursor.fetchone()[0]
        comparisons[trial] = KINDS[settings["as"]](settings)
    cursor.execute(READ, (pairs,))
    rows = []
    for pair, *answers in cursor.fetchall():
        agreement, mode, differences = comparisons[trial].compare(*answers)
        rows.append((pair, agreement, mode, json.dumps(differences)))
    psycopg2.extras.execute_values(cursor, "INSERT INTO peer_finding VALUES %s", rows)
    cursor.execute("DELETE FROM understudy_store.batch WHERE id = %s", (number,))
    connection.commit()
print(time.process_time(), 0)
