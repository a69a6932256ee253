"""Evaluates the ViewDefinitions of deploy/screen/views over the bundled patients: each column must be filled somewhere, and what
the views find must be what is there."""

import json
import pathlib
import re
import sys

from sqlonfhir import evaluate

ROOT = pathlib.Path(__file__).resolve().parents[2]
VIEWS = ROOT / "deploy" / "screen" / "views"
# What the specification of SQL on FHIR 2.0 has in a view, and in a part of it.
KEYS = {"resourceType", "id", "url", "name", "title", "description", "status", "resource", "fhirVersion", "constant", "where", "select"}
PARTS = {"column", "select", "forEach", "forEachOrNull", "unionAll"}


def parts(select, place):
    """Every fault of the parts of a view by its form."""
    for part in select:
        yield from (f"{place}: `{key}`" for key in part.keys() - PARTS)
        for column in part.get("column", []):
            if column.keys() != {"name", "path", "type"} or not re.fullmatch(r"[A-Za-z][A-Za-z0-9_]*", column["name"]):
                yield f"{place}: {column}"
        yield from parts(part.get("select", []) + part.get("unionAll", []), place)


def main():
    resources = []
    for path in sorted((ROOT / "service/demo/patients").glob("*.json")):
        resources += [entry["resource"] for entry in json.loads(path.read_text())["entry"]]
    faults = []
    for path in sorted(VIEWS.glob("*.json")):
        view = json.loads(path.read_text())
        name = view["name"]
        faults += [f"{name}: `{key}`" for key in view.keys() ^ KEYS if key not in ("constant", "where") or key not in KEYS]
        faults += parts(view["select"], name)
        rows = evaluate(resources, view)
        filled = {column for row in rows for column, value in row.items() if value is not None}
        empty = {column for row in rows for column in row} - filled
        if not rows or empty:
            faults.append(f"{name}: {len(rows)} rows, nothing in {sorted(empty)}")
        print(f"screen: view {name}: {len(rows)} rows of {len(resources)} resources")
        if name == "pnet_condition_codings":
            wanted = sum(max(1, len(one["code"].get("coding", []))) for one in resources if one["resourceType"] == "Condition")
            if len(rows) != wanted:
                faults.append(f"{name}: {len(rows)} rows, not {wanted}")
    print(*faults, sep="\n", file=sys.stderr)
    sys.exit(1 if faults else 0)


if __name__ == "__main__":
    main()
