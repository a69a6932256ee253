"""Times ways to find the patients with a PNET in one export, one after the other on one machine, and prints a table: by hand, for
service/docs/POPULATION.md. Times depend on the machine, so the table has ratios; what is found does not. Processors and memory of Spark are those of
its driver alone.

    python3 compare.py PROGRAM FOLDER [--resources 1000000] [--times 3]

PROGRAM is built with `cargo build --release`. Needs jq, and Python with requirements.txt.
"""

import argparse
import json
import pathlib
import subprocess
import sys

from measured import run

HERE = pathlib.Path(__file__).resolve().parent
ADAPTERS = HERE.parents[1] / "deploy" / "screen"
# What somebody would look for who writes the gate by hand.
CODES = ("C25.4", "D13.7", "C7A.8", "E34.0", "1208744003", "255061002")
JQ = 'select(.resourceType == "Condition") | select([.code.coding[]?.code] | any(IN({}))) | .subject.reference'


def timed(command, out, times):
    """The quickest of several runs of a command, whose output goes to a file."""
    best = None
    for _ in range(times):
        with open(out, "w") as file:
            taken = run(command, stdout=file, stderr=subprocess.DEVNULL)
        best = taken if best is None or taken.seconds < best.seconds else best
    return best


LOOP = """
import json, sys
codes, found = set(sys.argv[1].split()), set()
for path in sys.argv[2:]:
    for line in open(path):
        one = json.loads(line)
        if one["resourceType"] == "Condition" and any(coding.get("code") in codes for coding in one["code"].get("coding", [])):
            found.add(one["subject"]["reference"])
print(*sorted(found), sep="\\n")
"""
DUCK = """
import duckdb, sys
codes, files = sys.argv[1].split(), sys.argv[2:]
schema = {"resourceType": "VARCHAR", "subject": "STRUCT(reference VARCHAR)", "code": "STRUCT(coding STRUCT(code VARCHAR)[])"}
found = duckdb.execute("SELECT DISTINCT subject.reference FROM (SELECT resourceType, subject, unnest(code.coding) AS c FROM read_json(?, format = 'newline_delimited', ignore_errors = true, columns = "
  + str(schema) + ")) WHERE resourceType = 'Condition' AND list_contains(?, c.code)", [files, codes]).fetchall()
print(*sorted(one[0] for one in found), sep="\\n")
"""


def main():
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("program", type=pathlib.Path)
    arguments.add_argument("folder", type=pathlib.Path)
    arguments.add_argument("--resources", type=int, default=1_000_000)
    arguments.add_argument("--times", type=int, default=3)
    given = arguments.parse_args()
    program, folder = given.program.resolve(), given.folder.resolve()
    export = folder / "export"
    if not export.exists():
        subprocess.run([sys.executable, HERE / "generate.py", export, "--resources", str(given.resources)], check=True)
    files = sorted(export.glob("*.ndjson"))
    size = sum(path.stat().st_size for path in files)
    # Read once, so that every way finds the files where they are quick to read.
    for path in files:
        path.read_bytes()
    screen = [program, "screen", export, "--suspects", "--as-of", "2026-11-23", "--format", "ndjson", "--out"]
    spark = [sys.executable, ADAPTERS / "spark.py", export, folder / "spark.rows", "--pnet-cds", program, "--as-of", "2026-11-23", "--master", "local[2]"]
    codes = " ".join(CODES)
    ways = [
        ("jq, by codes", ["jq", "-r", JQ.format(",".join(f'"{code}"' for code in CODES)), *files]),
        ("a Python loop, by codes", [sys.executable, "-c", LOOP, codes, *files]),
        ("DuckDB, by codes", [sys.executable, "-c", DUCK, codes, *files]),
        ("`screen gate`, one core", [program, "screen", "gate", "--jobs", "1", export]),
        ("`screen gate`, two cores", [program, "screen", "gate", "--jobs", "2", export]),
        ("`screen`, one core", [*screen, folder / "one.rows", "--jobs", "1"]),
        ("`screen`, two cores", [*screen, folder / "two.rows", "--jobs", "2"]),
        ("Spark with `screen`'s filters, two cores", spark),
    ]
    rows = []
    for name, command in ways:
        out = folder / "out"
        taken = timed(command, out, given.times)
        rows.append((name, taken, len(set(out.read_text().split())) if "rows" not in str(command) else None))
        print(f"{name}: {taken}", file=sys.stderr, flush=True)
    assert (folder / "one.rows").read_bytes() == (folder / "two.rows").read_bytes() == (folder / "spark.rows").read_bytes()
    wanted = [json.loads(line) for line in (folder / "two.rows").read_text().splitlines()]
    with_pnet = {row["subject"] for row in wanted if row["gate"] != "no-pnet"}
    one = {name: taken for name, taken, _ in rows}["`screen`, two cores"]
    gate = {name: taken for name, taken, _ in rows}["`screen gate`, two cores"]
    print(f"{given.resources} resources, {size / 1e6:.0f} MB, {len(with_pnet)} patients with a PNET; time 1.0 is {one.seconds:.1f} s here")
    print(f"`screen gate`: {given.resources / gate.seconds:,.0f} resources/s; {given.resources / gate.cpu:,.0f} a second of one processor\n")
    print("| way | time | processors | memory, MiB | patients named |\n|---|---|---|---|---|")
    for name, taken, found in rows:
        print(f"| {name} | {taken.seconds / one.seconds:.1f} | {taken.cpu / one.cpu:.1f} | {taken.memory} | {len(with_pnet) if found is None else found} |")


if __name__ == "__main__":
    main()
