"""The table of faults: every row names an error, a metric, an alert, a line of the log and tests that there are. Writes the two
documents that are made of it.

    faults.py            writes deploy/FAULTS.md and deploy/RISKS.md
    faults.py --check    fails where something is named that is not there, or a document is not what it would write
"""

import pathlib
import re
import sys
import tomllib

import yaml

from alerts import OF_CLUSTER
from render import ROOT

FAULTS, RISKS = ROOT / "deploy/FAULTS.md", ROOT / "deploy/RISKS.md"


def sources(folder):
    """The text of every source file of a folder, each once."""
    return {path: path.read_text() for path in sorted((ROOT / folder).rglob("*.rs"))}


def joined(texts):
    """All of it, with the ends of lines inside texts taken out as the compiler does."""
    return re.sub(r"\\\n\s*", "", "\n".join(texts.values()))


def test_faults(row, place):
    """Every test of a row that is not there."""
    for test in row["tests"]:
        path, _, name = test.partition("::")
        text = (ROOT / path).read_text() if (ROOT / path).is_file() else ""
        if not re.search(rf"\bfn {re.escape(name)}\(", text):
            yield f"{place}: there is no test {test}"


def body(test):
    """The text of a test, and that of its file."""
    path, _, name = test.partition("::")
    text = (ROOT / path).read_text() if (ROOT / path).is_file() else ""
    found = re.search(rf"\bfn {re.escape(name)}\(.*?\n}}\n", text, re.S)
    return (found.group(0) if found else ""), text


def unproven(row):
    """What no test of a row asserts: answer and readiness may be asserted by a helper of its file, metric and log by the test itself."""
    bodies, files = ("\n".join(parts) for parts in zip(*map(body, row["tests"])))
    code = re.match(r"(\d{3}) [a-z-]+$", row["answer"])
    words = re.search(r"(?:degraded: |^503 )(.*)", row["ready"])
    shown = {
        "answer": not code or row["answer"].split()[1] in files or code[1] in files,
        "ready": not words or all(word in files for word in words[1].split()),
        "metric": row["metric"] in bodies,
        "log": row["log"] in bodies,
    }
    return [part for part, holds in shown.items() if not holds]


def faults(table):
    """Everything that a row names and that is not there."""
    service = joined(sources("service/src"))
    errors = (ROOT / "service/src/errors/table.rs").read_text()
    runbook = (ROOT / "deploy/RUNBOOK.md").read_text()
    rules = yaml.safe_load((ROOT / "deploy/observability/rules.yaml").read_text())
    alerts = {rule["alert"]: rule["expr"] for group in rules["groups"] for rule in group["rules"] if "alert" in rule}
    recorded = {rule["record"]: rule["expr"] for group in rules["groups"] for rule in group["rules"] if "record" in rule}
    hazards = {hazard["id"] for hazard in table["hazard"]}
    for row in table["fault"]:
        place = row["name"]
        for answer in (row["answer"], row["ready"]):
            code = re.match(r"(\d{3}) ([a-z-]+)$", answer)
            if code and not re.search(rf'= "{code[2]}", {code[1]},', errors):
                yield f"{place}: there is no error `{answer}`"
        for word in row["ready"].partition("degraded: ")[2].split():
            if f'"{word}"' not in service:
                yield f"{place}: readiness says nothing of `{word}`"
        name = re.sub(r"_(total|seconds|bytes)$", "", row["metric"]).replace("_", ".")
        if row["metric"] not in OF_CLUSTER and f'"{name}"' not in service:
            yield f"{place}: nothing exports `{row['metric']}`"
        expression = alerts.get(row["alert"])
        if expression is None:
            yield f"{place}: there is no alert {row['alert']}"
        elif row["metric"] not in expression + " ".join(text for name, text in recorded.items() if name in expression):
            if not re.search(r"StoreDown|ClientKeysOld|PodNotReady|SyntheticCallFails|ClockDiffers", row["alert"]):
                yield f"{place}: {row['alert']} does not read `{row['metric']}`"
        if f"\n## {row['alert']}\n" not in runbook:
            yield f"{place}: the runbook has no section {row['alert']}"
        if row["log"] not in service:
            yield f"{place}: nothing logs `{row['log']}`"
        if row["hazard"] not in hazards:
            yield f"{place}: there is no hazard `{row['hazard']}`"
        yield from test_faults(row, place)
        if unproven(row) != row.get("unproven", []):
            yield f"{place}: its tests do not assert {unproven(row)}, and it says {row.get('unproven', [])}"
    for hazard in table["hazard"]:
        yield from test_faults(hazard, hazard["id"])


def documents(table):
    """The two documents."""
    rows = "".join(
        f"| {row['name']} | {row['answer']} | {row['ready']} | [{row['alert']}](RUNBOOK.md#{row['alert'].lower()}) | `{row['metric']}` | *{row['log']}* | "
        f"{', '.join(row.get('unproven', [])) or 'nothing'} |\n"
        for row in table["fault"]
    )
    head = "Written from `deploy/faults.toml` by `tests/deploy/faults.py`, which checks that all of it is there.\n\n"
    shown = (
        "# Faults, and what the person on call sees\n\n" + head
        + "| fault | the caller gets | `/health/ready` | alert, and its section of the runbook | metric | line of the log | seen by no test of its own |\n|---|---|---|---|---|---|---|\n" + rows
    )
    parts = []
    for hazard in table["hazard"]:
        of = [row for row in table["fault"] if row["hazard"] == hazard["id"]]
        causes = "".join(f"- {row['name']}: {', '.join('`' + test + '`' for test in row['tests'])}\n" for row in of)
        tests = ", ".join(f"`{test}`" for test in hazard["tests"])
        parts.append(
            f"## {hazard['id']}\n\n**Hazard.** {hazard['text']}\n\n**Harm.** {hazard['harm']}\n\n**Control.** {hazard['control']} Shown by {tests}.\n"
            + (f"\nFaults that lead to it, each with the tests of what then happens:\n\n{causes}" if causes else "")
        )
    risks = (
        "# Risks, for a safety board\n\n" + head
        + "Hazards that arise from running the service; those of the rules are in `cds-cards/knowledge`, those of attacks in\n"
        "[service/SECURITY.md](../service/SECURITY.md). How likely each is, and whether what remains is acceptable, is for the board.\n\n" + "\n".join(parts)
    )
    return {FAULTS: shown, RISKS: risks}


def main():
    """Checks, and writes or compares."""
    table = tomllib.loads((ROOT / "deploy/faults.toml").read_text())
    found = list(faults(table))
    # A row that names nothing that there is must be found out in every cell, or the above shows nothing.
    wrong = {
        "name": "x", "answer": "503 no-such-code", "ready": "ready, degraded: no-such-word", "metric": "cds_no_such", "alert": "PnetCdsNone",
        "log": "no such line of the log", "tests": ["service/tests/none.rs::none"], "hazard": "none",
    }
    if len(list(faults({"fault": [wrong], "hazard": []}))) != 9:
        found.append("a row that names nothing is not found out")
    for path, text in documents(table).items():
        if "--check" not in sys.argv:
            path.write_text(text)
        elif not path.exists() or path.read_text() != text:
            found.append(f"{path.relative_to(ROOT)} is not what tests/deploy/faults.py writes")
    for fault in found:
        print(fault, file=sys.stderr)
    print(f"faults: {len(table['fault'])} faults, {len(table['hazard'])} hazards, {len(found)} faults of the table")
    sys.exit(1 if found else 0)


if __name__ == "__main__":
    main()
