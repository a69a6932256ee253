"""Screens one export in every way that there is, and wants the same rows of each: one run, the filters over shards, the Jobs of
deploy/screen/kubernetes, Spark, and what DuckDB makes of the rows.

    python3 check.py PROGRAM FOLDER [--resources N]
"""

import argparse
import hashlib
import json
import os
import pathlib
import re
import subprocess
import sys
import time

import duckdb
import yaml

HERE = pathlib.Path(__file__).resolve().parent
ADAPTERS = HERE.parents[1] / "deploy" / "screen"
DAY = ["--as-of", "2026-11-23"]
NDJSON = ["--format", "ndjson"]


def run(command, **more):
    """Runs a command, and says how many seconds it took and the most memory that it had, in MiB."""
    begun = time.monotonic()
    process = subprocess.Popen([str(part) for part in command], **more)
    _, status, usage = os.wait4(process.pid, 0)
    code = os.waitstatus_to_exitcode(status)
    if code:
        sys.exit(f"screen: exit {code} of {' '.join(map(str, command))}")
    return time.monotonic() - begun, usage.ru_maxrss // 1024


def digest(path):
    return hashlib.sha256(path.read_bytes()).hexdigest()


def same(what, path, expected):
    if digest(path) != digest(expected):
        sys.exit(f"screen: {what} gives other rows than one run: {path}, {expected}")
    print(f"screen: {what}: the same rows", flush=True)


def filters(program, export, folder):
    """`gate` and `keep` file by file, `assess` on all of it in another order."""
    files = sorted(export.glob("*.ndjson*"))
    for index in range(3):
        share = f"--share={index}/3"
        run([program, "screen", "gate", export, share, "--out", folder / f"{index}.txt"], stderr=subprocess.DEVNULL)
    kept = []
    for index in reversed(range(3)):
        kept.append(folder / f"{index}.ndjson")
        command = [program, "screen", "keep", export, f"--share={index}/3", "--patients", folder / "*.txt", "--out", kept[-1]]
        run(command, stderr=subprocess.DEVNULL)
    rows = folder / "filters.rows"
    run([program, "screen", "assess", *kept, *NDJSON, *DAY, "--out", rows], stderr=subprocess.DEVNULL)
    assert len(files) >= 3
    return rows


def jobs(program, export, folder):
    """The Jobs as they stand in the manifests, each index as a process, with the folders in the places of the volumes."""
    work = folder / "work"
    work.mkdir()
    for name in ("gate", "keep", "assess"):
        job = yaml.safe_load((ADAPTERS / "kubernetes" / f"{name}.yaml").read_text())["spec"]
        args = job["template"]["spec"]["containers"][0]["args"]
        for index in range(job["completions"]):
            places = [("$(INDEX)", str(index)), ("/export", str(export)), ("/work", str(work))]
            command = [program]
            for arg in args:
                for place, put in places:
                    arg = re.sub(rf"(^|=){re.escape(place)}", rf"\g<1>{put}", arg) if place.startswith("/") else arg.replace(place, put)
                command.append(arg)
            run([*command, *(DAY if name == "assess" else [])], stderr=subprocess.DEVNULL)
    return work / "rows.ndjson"


def warehouse(program, export, folder, rows):
    """What deploy/screen/duckdb.sql makes of the rows."""
    place = folder / "duckdb"
    place.mkdir()
    (place / "export").symlink_to(export)
    (place / "rows.ndjson").symlink_to(rows)
    run([program, "knowledge", "export", place / "knowledge"], stdout=subprocess.DEVNULL)
    here = os.getcwd()
    os.chdir(place)
    try:
        with_pnet, found, missed = duckdb.execute((ADAPTERS / "duckdb.sql").read_text()).fetchone()
        count = duckdb.execute("SELECT count(*), count(DISTINCT subject) FROM 'rows.parquet'").fetchone()
    finally:
        os.chdir(here)
    wanted = [json.loads(line) for line in rows.read_text().splitlines()]
    passed = sum(1 for row in wanted if row["gate"] in ("passed", "no-liver-metastases"))
    if count != (len(wanted), len(wanted)) or with_pnet != passed or found + missed != passed or not found:
        sys.exit(f"screen: DuckDB has {count}, {with_pnet}, {found}, {missed}; the rows {len(wanted)}, {passed}")
    print(f"screen: DuckDB: the same rows in Parquet; by codes of Conditions alone it misses {missed} of {passed} patients", flush=True)


def main():
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("program", type=pathlib.Path)
    arguments.add_argument("folder", type=pathlib.Path)
    arguments.add_argument("--resources", type=int, default=100_000)
    given = arguments.parse_args()
    program, folder = given.program.resolve(), given.folder.resolve()
    export = folder / "export"
    run([sys.executable, HERE / "generate.py", export, "--resources", given.resources])
    whole = folder / "whole.rows"
    command = [program, "screen", "--suspects", "--manifest", export / "output.json", *NDJSON, *DAY, "--out", whole]
    seconds, memory = run(command)
    print(f"screen: one run: {given.resources} resources, {seconds:.0f} s, {memory} MiB", flush=True)
    one = folder / "one.rows"
    run([program, "screen", "--suspects", "--jobs", "1", export, *NDJSON, *DAY, "--out", one], stderr=subprocess.DEVNULL)
    same("one thread", one, whole)
    same("the filters over three shares", filters(program, export, folder), whole)
    same("the Jobs of Kubernetes", jobs(program, export, folder), whole)
    spark = folder / "spark.rows"
    run([sys.executable, ADAPTERS / "spark.py", export, spark, "--pnet-cds", program, *DAY, "--master", "local[2]"], stderr=subprocess.DEVNULL)
    same("Spark", spark, whole)
    warehouse(program, export, folder, whole)
    for form in ("table", "html", "measure"):
        run([program, "screen", "report", whole, "--format", form, "--out", folder / f"report.{form}"])


if __name__ == "__main__":
    main()
