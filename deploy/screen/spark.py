"""`pnet-cds screen` on Spark: the three filters with one shuffle by patient.

    python3 spark.py EXPORT ROWS [--pnet-cds PROGRAM] [--as-of DATE] [--master local[2]] [--partitions N]

EXPORT is a folder of NDJSON, packed or not; ROWS becomes a file of rows (NDJSON), byte by byte what `pnet-cds screen --suspects
--format ndjson` writes. On a cluster, the program must be on every node, and `assess` there needs no folder of its own.
"""

import argparse
import json
import subprocess
import zlib

from pyspark.sql import SparkSession


def filtered(command, lines, faults):
    """What a filter makes of lines. What could not be read is counted; a filter that could not work ends the job."""
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    # The lists of suspects and their records are small, and so is what is written; what is read comes as a stream.
    out, told = process.communicate("".join(line + "\n" for line in lines))
    if process.returncode not in (0, 2):
        raise RuntimeError(told)
    if process.returncode == 2:
        faults.add(1)
    return out.splitlines()


def main():
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("export")
    arguments.add_argument("rows")
    arguments.add_argument("--pnet-cds", default="pnet-cds")
    arguments.add_argument("--as-of")
    arguments.add_argument("--master", default="local[*]")
    arguments.add_argument("--partitions", type=int, default=8)
    given = arguments.parse_args()
    spark = SparkSession.builder.master(given.master).appName("pnet-cds screen").getOrCreate()
    context = spark.sparkContext
    context.setLogLevel("ERROR")
    faults = context.accumulator(0)
    screen = [given.pnet_cds, "screen"]
    lines = context.textFile(f"{given.export}/*.ndjson*", given.partitions)

    # Who may have a PNET.
    gate = [*screen, "gate", "--jobs", "1"]
    patients = lines.mapPartitions(lambda part: filtered(gate, part, faults)).distinct().collect()
    listed = "\n".join(sorted(patients)) + "\n"
    spread = context.broadcast(listed)

    # Their records, wherever they stand, under their patients; what is everybody's under nobody.
    def keep(part):
        import tempfile

        with tempfile.NamedTemporaryFile("w", suffix=".txt") as file:
            file.write(spread.value)
            file.flush()
            kept = [*screen, "keep", "--jobs", "1", "--keyed", "--patients", file.name]
            return [tuple(line.split("\t", 1)) for line in filtered(kept, part, faults)]

    records = lines.mapPartitions(keep).cache()
    everybodys = context.broadcast(records.filter(lambda one: not one[0]).values().collect())

    # The shuffle, and a row a patient.
    assess = [*screen, "assess", "--jobs", "1", "--format", "ndjson"]
    assess += ["--as-of", given.as_of] if given.as_of else []

    def rows(part):
        mine = [record for _, record in part]
        return filtered(assess, mine + everybodys.value, faults) if mine else []

    own = records.filter(lambda one: one[0])
    grouped = own.partitionBy(given.partitions, lambda patient: zlib.crc32(patient.encode()))
    found = grouped.mapPartitions(rows).collect()
    found.sort(key=lambda row: json.loads(row)["subject"].encode())
    with open(given.rows, "w") as file:
        file.writelines(row + "\n" for row in found)
    print(f"{len(found)} rows, {'not everything could be read' if faults.value else 'everything was read'}")
    spark.stop()


if __name__ == "__main__":
    main()
