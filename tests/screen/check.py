"""Screens one export in every way that there is, and wants the same rows of each: one run, the filters over shards, the Jobs of
deploy/screen/kubernetes, Spark, and what DuckDB makes of the rows.

    python3 check.py PROGRAM FOLDER [--resources N] [--parquet PROGRAM] [--memory MIB]

A program that is built as for the image writes no Parquet: --parquet names one that does. --memory is the most that one run may
have beside the records of the suspects.
"""

import argparse
import hashlib
import json
import os
import pathlib
import re
import subprocess
import sys

import duckdb
import yaml
from measured import run

HERE = pathlib.Path(__file__).resolve().parent
ADAPTERS = HERE.parents[1] / "deploy" / "screen"
DAY = ["--as-of", "2026-11-23"]
NDJSON = ["--format", "ndjson"]
# A cell of Parquet as CSV has it: a value, and a list of them.
TEXT = ("coalesce(CAST(\"{}\" AS VARCHAR), '')", "coalesce(array_to_string(\"{}\", ' '), '')")


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
            # At once: a folder may itself stand below one of the names.
            put = {"/export": str(export), "/work": str(work)}
            placed = [re.sub(r"(^|=)(/export|/work)", lambda found: found[1] + put[found[2]], arg) for arg in args]
            command = [program, *(arg.replace("$(INDEX)", str(index)) for arg in placed)]
            run([*command, *(DAY if name == "assess" else [])], stderr=subprocess.DEVNULL)
    return work / "rows.ndjson"


def warehouse(program, columns, export, folder, rows):
    """What DuckDB finds in the Parquet of `columns`, a program that writes it: the rows of the table, with their types; and what
    deploy/screen/duckdb.sql makes of them."""
    place = folder / "duckdb"
    place.mkdir()
    (place / "export").symlink_to(export)
    run([program, "knowledge", "export", place / "knowledge"], stdout=subprocess.DEVNULL)
    kept = [folder / f"{index}.ndjson" for index in range(3)]
    for made_by, form in ((program, "csv"), (columns, "parquet")):
        run([made_by, "screen", "assess", *kept, "--format", form, *DAY, "--out", place / f"rows.{form}"], stderr=subprocess.DEVNULL)
    here = os.getcwd()
    os.chdir(place)
    try:
        types = {name: kind for name, kind, *_ in duckdb.execute("DESCRIBE FROM 'rows.parquet'").fetchall()}
        as_text = ", ".join(TEXT[kind == "VARCHAR[]"].format(name) for name, kind in types.items())
        table = duckdb.execute("FROM read_csv('rows.csv', header = true, all_varchar = true)")
        header, table = [column[0] for column in table.description], [tuple(cell or "" for cell in row) for row in table.fetchall()]
        same_rows = duckdb.execute(f"SELECT {as_text} FROM 'rows.parquet'").fetchall() == table
        with_pnet, found, missed = duckdb.execute((ADAPTERS / "duckdb.sql").read_text()).fetchone()
    finally:
        os.chdir(here)
    kinds = {"as_of": "DATE", "problems": "INTEGER", "missing": "VARCHAR[]", "gate": "VARCHAR"}
    if header != list(types) or not same_rows or any(types[name] != kind for name, kind in kinds.items()):
        sys.exit(f"screen: Parquet has other rows than the table, or other types: {types}")
    wanted = [json.loads(line) for line in rows.read_text().splitlines()]
    passed = sum(1 for row in wanted if row["gate"] in ("passed", "no-liver-metastases"))
    if len(table) != len(wanted) or with_pnet != passed or found + missed != passed or not found:
        sys.exit(f"screen: DuckDB has {len(table)}, {with_pnet}, {found}, {missed}; the rows {len(wanted)}, {passed}")
    print(f"screen: DuckDB: the same {len(table)} rows in Parquet; by codes of Conditions alone it misses {missed} of {passed} patients", flush=True)


def main():
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("program", type=pathlib.Path)
    arguments.add_argument("folder", type=pathlib.Path)
    arguments.add_argument("--resources", type=int, default=100_000)
    arguments.add_argument("--parquet", type=pathlib.Path)
    arguments.add_argument("--memory", type=int)
    given = arguments.parse_args()
    program, folder = given.program.resolve(), given.folder.resolve()
    export = folder / "export"
    run([sys.executable, HERE / "generate.py", export, "--resources", given.resources])
    whole = folder / "whole.rows"
    command = [program, "screen", "--suspects", "--manifest", export / "output.json", *NDJSON, *DAY, "--out", whole]
    taken = run(command)
    print(f"screen: one run: {given.resources} resources, {taken.seconds:.0f} s ({taken.cpu:.0f} s of processors), {taken.memory} MiB", flush=True)
    one = folder / "one.rows"
    run([program, "screen", "--suspects", "--jobs", "1", export, *NDJSON, *DAY, "--out", one], stderr=subprocess.DEVNULL)
    same("one thread", one, whole)
    same("the filters over three shares", filters(program, export, folder), whole)
    suspects = sum((folder / f"{index}.ndjson").stat().st_size for index in range(3)) >> 20
    print(f"screen: {suspects} MiB of records of suspects", flush=True)
    if given.memory and taken.memory > given.memory + suspects:
        sys.exit(f"screen: one run had {taken.memory} MiB")
    same("the Jobs of Kubernetes", jobs(program, export, folder), whole)
    spark = folder / "spark.rows"
    run([sys.executable, ADAPTERS / "spark.py", export, spark, "--pnet-cds", program, *DAY, "--master", "local[2]"], stderr=subprocess.DEVNULL)
    same("Spark", spark, whole)
    warehouse(program, (given.parquet or program).resolve(), export, folder, whole)
    for form in ("table", "html", "measure"):
        run([program, "screen", "report", whole, "--format", form, "--out", folder / f"report.{form}"])


if __name__ == "__main__":
    main()
