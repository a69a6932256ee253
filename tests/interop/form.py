"""Has a FHIR server take the answers of the form for the meeting, twice: form.py DEMO FHIR_BASE

What is sent again is there already, by the identifiers of the answers: it is written once.
"""

import json
import re
import sys
import urllib.parse
import urllib.request

from calls import call

PATIENT = "sparse-chart"
ANSWERS = {"chosen.resectability": "unresectable", "typed.liver-involvement": "20-25", "chosen.mitoses": "mention.0"}


def main(demo, base):
    with urllib.request.urlopen(f"{demo}/form?patient={PATIENT}") as page:
        key = re.search(r'name="key" value="([^"]+)"', page.read().decode())[1]
    form = urllib.parse.urlencode({"patient": PATIENT, "key": key, "act": "download", **ANSWERS}).encode()
    with urllib.request.urlopen(f"{demo}/form", form) as answers:
        bundle = json.load(answers)
    seen = []
    for _ in range(2):
        status, answer = call("POST", base, bundle, kind="application/fhir+json")
        if status != 200:
            sys.exit(f"form: {status} {str(answer)[:500]}")
        seen.append([entry["response"]["status"][:3] for entry in answer["entry"]])
    if seen != [["201"] * 4, ["200"] * 4]:
        sys.exit(f"form: created, then found again, was expected: {seen}")
    _, found = call("GET", f"{base}/Observation?patient={PATIENT}&code=resectability,liver-involvement", kind="application/fhir+json")
    if len(found.get("entry", [])) != 2:
        sys.exit(f"form: two answers were expected to be found: {found}")
    print("form: 3 answers and their Provenance written, and found again when they were sent twice")


main(*sys.argv[1:])
