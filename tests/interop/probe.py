"""Probes a FHIR server and fails where it does not give or honour what the service asks: probe.py PNET_CDS FHIR_BASE"""

import json
import subprocess
import sys

PATIENT = "prrt-krenning-4"

binary, fhir = sys.argv[1:]
command = [binary, "probe", "--fhir", fhir, "--patient", PATIENT, "--format", "json"]
ended = subprocess.run(command, capture_output=True, text=True)
if ended.returncode != 0:
    sys.exit(f"probe: {ended.stderr}")
report = json.loads(ended.stdout)
searches, checks = report["searches"], report["serverChecks"]
broken = [f"{search['key']}: {search['state']}" for search in searches if search["state"] != "complete"]
missed = [f"{check['what']}: {check['result']}, {check['seen']}" for check in checks if check["result"] != "honoured"]
for fault in broken + missed:
    print(f"probe:   {fault}")
print(
    f"probe: {fhir.rsplit('/', 1)[-1]}: {len(searches)} reads and searches in "
    f"{sum(search['pages'] for search in searches)} pages, {len(checks) - len(missed)} of {len(checks)} checks held"
)
sys.exit(1 if broken or missed or not searches or not checks else 0)
