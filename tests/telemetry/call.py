"""Sends one marked call to a service that exports to rotel, ends both, and judges what rotel printed."""

import json
import pathlib
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.request

MARK = "PHI-CANARY"
PATIENT = "insulinoma-debulking"
EXPECTED = [
    "POST /cds-services/{id}", "cds.hook", "cds.assess", "cds.render", "http.route", "http.response.status_code",
    "service.version", "http.server.request.duration", "cds.service.calls", "cds.cards", "cds.verdicts", "cds.data",
    "cds.facts.unknown", "cds.knowledge.info",
]


def free_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


def await_text(path, pattern, process, seconds=60):
    until = time.monotonic() + seconds
    while time.monotonic() < until and process.poll() is None:
        found = re.search(pattern, path.read_text(errors="replace"))
        if found:
            return found
        time.sleep(0.1)
    sys.exit(f"`{pattern}` never came: {path.read_text(errors='replace')[-2000:]}")


def marked_call(chart):
    """A hook request about a bundled patient with a mark in every id and every text of a person."""
    text = json.dumps(chart).replace(PATIENT, f"{MARK}-patient")
    entries = [{"resource": entry["resource"]} for entry in json.loads(text)["entry"]]
    for entry in entries:
        resource = entry["resource"]
        if resource["resourceType"] != "Patient":
            resource["id"] = f"{MARK}-{resource['id']}"
            resource.setdefault("code", {})["text"] = f"{resource.get('code', {}).get('text', '')} {MARK}"
    kinds = {"conditions": "Condition", "pathology": "Observation", "procedures": "Procedure", "medications": "MedicationRequest"}
    of_kind = lambda kind: [entry for entry in entries if entry["resource"]["resourceType"] == kind]
    prefetch = {key: {"resourceType": "Bundle", "type": "searchset", "entry": of_kind(kind)} for key, kind in kinds.items()}
    prefetch["patient"] = of_kind("Patient")[0]["resource"]
    context = {"userId": f"Practitioner/{MARK}", "patientId": f"{MARK}-patient"}
    return {"hook": "patient-view", "hookInstance": "d1577c69-dfbe-44ad-ba6d-3e05e953b2ea", "context": context, "prefetch": prefetch}


def main(rotel, binary, chart, work, report):
    work, grpc, http = pathlib.Path(work), free_port(), free_port()
    printed, log = work / "rotel.log", work / "pnet-cds.log"
    with open(printed, "w") as out:
        collector = subprocess.Popen(
            [rotel, "start", "--otlp-grpc-endpoint", f"127.0.0.1:{grpc}", "--otlp-http-endpoint", f"127.0.0.1:{http}",
             "--debug-log", "traces", "--debug-log", "metrics", "--debug-log", "logs", "--debug-log-verbosity", "detailed",
             "--exporter", "blackhole"],
            stdout=out, stderr=subprocess.STDOUT, cwd=work,
        )
    settings = work / "settings.toml"
    settings.write_text(
        'server.listen = "127.0.0.1:0"\nserver.management_listen = "127.0.0.1:0"\ndemo.enabled = true\n'
        f'telemetry.otlp_endpoint = "http://127.0.0.1:{http}"\ntelemetry.log = "json"\ntelemetry.log_level = "trace"\n'
        f'audit.sink = "file:{work}/audit.ndjson"\n'
    )
    for _ in range(300):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", http)) == 0:
                break
        time.sleep(0.1)
    with open(log, "w") as out:
        service = subprocess.Popen([binary, "serve", "--config", settings], stdout=out, stderr=subprocess.STDOUT, cwd=work)
    try:
        base = await_text(log, r"listens on (http://[0-9.:]+)", service).group(1)
        scrape = await_text(log, r"metrics: (http://[0-9.:]+/metrics)", service).group(1)
        body = json.dumps(marked_call(json.loads(pathlib.Path(chart).read_text()))).encode()
        request = urllib.request.Request(f"{base}/cds-services/pnet-liver-metastases", body, {"Content-Type": "application/json"})
        answer = urllib.request.urlopen(request, timeout=30).read().decode()
        metrics = urllib.request.urlopen(scrape, timeout=30).read().decode()
    finally:
        service.send_signal(signal.SIGTERM)
        service.wait(30)
        time.sleep(1)
        collector.send_signal(signal.SIGTERM)
        try:
            collector.wait(15)
        except subprocess.TimeoutExpired:
            collector.kill()
            collector.wait()
    received = printed.read_text(errors="replace")
    missing = [name for name in EXPECTED if name not in received]
    if missing or service.returncode != 0:
        sys.exit(f"rotel did not print {missing}; the service ended with {service.returncode}\n{received[-3000:]}")
    for place, text in {"rotel": received, "log": log.read_text(), "metrics": metrics}.items():
        if MARK in text:
            at = text.index(MARK)
            sys.exit(f"{place} holds what stands in a chart: {text[max(0, at - 200):at + 100]}")
    if MARK not in answer or MARK not in (work / "audit.ndjson").read_text():
        sys.exit("the mark did not even reach cards and audit, so that its absence elsewhere shows nothing")
    pathlib.Path(report).write_text(received)
    print(f"rotel printed {len(received.splitlines())} lines for one call, none with the mark; they are in {report}")


main(*sys.argv[1:])
