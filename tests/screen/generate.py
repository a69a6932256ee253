"""Writes an invented population as a Bulk Data export: NDJSON by type, in shards, with a manifest.

    python3 generate.py FOLDER [--resources 1000000] [--pnet 0.02] [--shards 4] [--packed] [--seed 1]

Of the patients the given share are the bundled ones of the demo under other ids; the others have what a hospital has most of,
among it much that resembles a PNET and is none. The same arguments write the same bytes.
"""

import argparse
import gzip
import json
import pathlib
import random

DEMO = pathlib.Path(__file__).resolve().parents[2] / "service" / "demo" / "patients"

ICD = "http://hl7.org/fhir/sid/icd-10-cm"
SNOMED = "http://snomed.info/sct"
LOINC = "http://loinc.org"
CONDITIONS = [
    (ICD, "I10", "Essential (primary) hypertension"),
    (ICD, "E11.9", "Type 2 diabetes mellitus without complications"),
    (ICD, "K86.1", "Other chronic pancreatitis"),
    (ICD, "J45.909", "Unspecified asthma, uncomplicated"),
    (ICD, "C50.911", "Malignant neoplasm of unspecified site of right female breast"),
    (SNOMED, "73211009", "Diabetes mellitus (disorder)"),
    (SNOMED, "195967001", "Asthma (disorder)"),
    (SNOMED, "31258000", "Cyst of pancreas (disorder)"),
]
# What the gate has to look at more closely.
NEAR = [
    (ICD, "C25.0", "Malignant neoplasm of head of pancreas"),
    (ICD, "C78.7", "Secondary malignant neoplasm of liver and intrahepatic bile duct"),
    (ICD, "D3A.020", "Benign carcinoid tumor of the appendix"),
    (SNOMED, "363418001", "Malignant tumor of pancreas (disorder)"),
]
TEXTS = ["Bluthochdruck", "Pancreas, network of vessels", "Primitive neuroectodermal tumour (PNET)", "Knee pain", "Zustand nach Appendektomie"]
LABORATORY = [
    ("2345-7", "Glucose [Mass/volume] in Serum or Plasma", "mg/dL", 60, 300),
    ("718-7", "Hemoglobin [Mass/volume] in Blood", "g/dL", 7, 18),
    ("2160-0", "Creatinine [Mass/volume] in Serum or Plasma", "mg/dL", 1, 4),
    ("1742-6", "Alanine aminotransferase [Enzymatic activity/volume] in Serum or Plasma", "U/L", 5, 200),
    ("6690-2", "Leukocytes [#/volume] in Blood by Automated count", "10*3/uL", 2, 20),
    ("2951-2", "Sodium [Moles/volume] in Serum or Plasma", "mmol/L", 125, 150),
]
DRUGS = [("860975", "metformin hydrochloride 500 MG Oral Tablet"), ("314076", "lisinopril 10 MG Oral Tablet"), ("617310", "atorvastatin 20 MG Oral Tablet")]
META = '"meta":{"versionId":"1","lastUpdated":"2026-05-04T10:20:30.000+00:00","profile":["http://hl7.org/fhir/us/core/StructureDefinition/us-core-%s"]}'


def templates():
    """The bundled patients, as lines by type in which @@ stands for a number."""
    for path in sorted(DEMO.glob("*.json")):
        resources = [entry["resource"] for entry in json.loads(path.read_text())["entry"]]
        names = {f'{one["resourceType"]}/{one["id"]}' for one in resources}
        chart = []
        for one in resources:
            text = json.dumps(one, ensure_ascii=False, separators=(",", ":"))
            for name in sorted(names, key=len, reverse=True):
                text = text.replace(f'"{name}"', f'"{name}-@@"')
            own = f'"id":"{one["id"]}"'
            chart.append((one["resourceType"], text.replace(own, own[:-1] + '-@@"', 1)))
        yield chart


def concept(system, code, display):
    return f'{{"coding":[{{"system":"{system}","code":"{code}","display":"{display}"}}],"text":"{display}"}}'


def other(number, rng):
    """Somebody without a PNET: some thirty records."""
    patient = f"p{number}"
    subject = f'"subject":{{"reference":"Patient/{patient}"}}'
    day = f"20{rng.randint(18, 26):02}-{rng.randint(1, 12):02}-{rng.randint(1, 28):02}"
    yield "Patient", (
        f'{{"resourceType":"Patient","id":"{patient}",{META % "patient"},"identifier":[{{"system":"https://sandbox.invalid/mrn","value":"SYN-{number}"}}],'
        f'"active":true,"name":[{{"use":"official","family":"Fabricated","given":["Number {number}"]}}],"gender":"{rng.choice(("male", "female"))}",'
        f'"birthDate":"{rng.randint(1930, 2005)}-05-01","address":[{{"line":["1 Invented Street"],"city":"Nowhere","postalCode":"00000","country":"XX"}}]}}'
    )
    for index in range(rng.randint(1, 4)):
        code = f'{{"text":"{rng.choice(TEXTS)}"}}' if rng.random() < 0.003 else concept(*rng.choice(NEAR if rng.random() < 0.01 else CONDITIONS))
        yield "Condition", (
            f'{{"resourceType":"Condition","id":"{patient}-c{index}",{META % "condition-problems-health-concerns"},"clinicalStatus":{{"coding":[{{"system":"http://terminology.hl7.org/CodeSystem/condition-clinical","code":"active"}}]}},'
            f'"verificationStatus":{{"coding":[{{"system":"http://terminology.hl7.org/CodeSystem/condition-ver-status","code":"confirmed"}}]}},"category":[{{"coding":[{{"system":"http://terminology.hl7.org/CodeSystem/condition-category","code":"problem-list-item"}}]}}],'
            f'"code":{code},{subject},"recordedDate":"{day}"}}'
        )
    for index in range(rng.randint(2, 6)):
        yield "Encounter", (
            f'{{"resourceType":"Encounter","id":"{patient}-e{index}",{META % "encounter"},"status":"finished","class":{{"system":"http://terminology.hl7.org/CodeSystem/v3-ActCode","code":"AMB"}},'
            f'"type":[{concept(SNOMED, "162673000", "General examination of patient (procedure)")}],{subject},"period":{{"start":"{day}T09:00:00+00:00","end":"{day}T09:15:00+00:00"}}}}'
        )
    for index in range(rng.randint(6, 20)):
        code, display, unit, low, high = rng.choice(LABORATORY)
        yield "Observation", (
            f'{{"resourceType":"Observation","id":"{patient}-o{index}",{META % "observation-lab"},"status":"final","category":[{{"coding":[{{"system":"http://terminology.hl7.org/CodeSystem/observation-category","code":"laboratory","display":"Laboratory"}}]}}],'
            f'"code":{concept(LOINC, code, display)},{subject},"encounter":{{"reference":"Encounter/{patient}-e0"}},"effectiveDateTime":"{day}T08:00:00+00:00","issued":"{day}T10:00:00.000+00:00",'
            f'"valueQuantity":{{"value":{rng.randint(low * 10, high * 10) / 10},"unit":"{unit}","system":"http://unitsofmeasure.org","code":"{unit}"}}}}'
        )
    for index in range(rng.randint(0, 3)):
        high, low = rng.randint(100, 180), rng.randint(60, 100)
        part = '{{"code":{{"coding":[{{"system":"http://loinc.org","code":"{}"}}]}},"valueQuantity":{{"value":{},"unit":"mmHg","system":"http://unitsofmeasure.org","code":"mm[Hg]"}}}}'
        yield "Observation", (
            f'{{"resourceType":"Observation","id":"{patient}-b{index}",{META % "blood-pressure"},"status":"final","category":[{{"coding":[{{"system":"http://terminology.hl7.org/CodeSystem/observation-category","code":"vital-signs"}}]}}],'
            f'"code":{concept(LOINC, "85354-9", "Blood pressure panel with all children optional")},{subject},"effectiveDateTime":"{day}","component":[{part.format("8480-6", high)},{part.format("8462-4", low)}]}}'
        )
    for index in range(rng.randint(0, 4)):
        yield "MedicationRequest", (
            f'{{"resourceType":"MedicationRequest","id":"{patient}-m{index}",{META % "medicationrequest"},"status":"active","intent":"order","medicationCodeableConcept":{concept("http://www.nlm.nih.gov/research/umls/rxnorm", *rng.choice(DRUGS))},{subject},"authoredOn":"{day}"}}'
        )
    for index in range(rng.randint(0, 2)):
        yield "DiagnosticReport", (
            f'{{"resourceType":"DiagnosticReport","id":"{patient}-r{index}",{META % "diagnosticreport-lab"},"status":"final","category":[{{"coding":[{{"system":"http://terminology.hl7.org/CodeSystem/v2-0074","code":"LAB"}}]}}],'
            f'"code":{concept(LOINC, "58410-2", "CBC panel - Blood by Automated count")},{subject},"effectiveDateTime":"{day}","result":[{{"reference":"Observation/{patient}-o0"}}]}}'
        )


class Shards:
    """Files by type, each in so many shards; a chunk of patients goes into one of them."""

    def __init__(self, folder, shards, packed):
        self.folder, self.shards, self.packed = folder, shards, packed
        self.lines, self.counts = {}, {}

    def add(self, kind, shard, line):
        name = f"{kind}.{shard}.ndjson"
        self.lines.setdefault(name, []).append(line)
        self.counts[name] = self.counts.get(name, 0) + 1

    def flush(self):
        for name, lines in self.lines.items():
            data = ("\n".join(lines) + "\n").encode()
            with open(self.folder / self.called(name), "ab") as file:
                file.write(gzip.compress(data, 6, mtime=0) if self.packed else data)
        self.lines = {}

    def called(self, name):
        return name + ".gz" if self.packed else name

    def manifest(self):
        output = [{"type": name.split(".")[0], "url": self.called(name), "count": count} for name, count in sorted(self.counts.items())]
        said = {"transactionTime": "2026-11-23T00:00:00Z", "request": "https://sandbox.invalid/fhir/$export", "requiresAccessToken": False, "output": output, "error": []}
        (self.folder / "output.json").write_text(json.dumps(said, indent=1) + "\n")


def main():
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("folder", type=pathlib.Path)
    arguments.add_argument("--resources", type=int, default=1_000_000)
    arguments.add_argument("--pnet", type=float, default=0.02)
    arguments.add_argument("--shards", type=int, default=4)
    arguments.add_argument("--packed", action="store_true")
    arguments.add_argument("--seed", type=int, default=1)
    given = arguments.parse_args()
    given.folder.mkdir(parents=True)
    charts = list(templates())
    rng = random.Random(given.seed)
    shards = Shards(given.folder, given.shards, given.packed)
    resources = patients = pnet = 0
    while resources < given.resources:
        if rng.random() < given.pnet:
            chart = [(kind, text.replace("@@", str(patients))) for kind, text in charts[pnet % len(charts)]]
            pnet += 1
        else:
            chart = other(patients, rng)
        for kind, line in chart:
            # A patient's records are spread over the shards, as servers do.
            shards.add(kind, rng.randrange(given.shards), line)
            resources += 1
        patients += 1
        if patients % 2000 == 0:
            shards.flush()
    shards.flush()
    shards.manifest()
    print(f"{resources} resources of {patients} patients, {pnet} of them from the demo")


if __name__ == "__main__":
    main()
