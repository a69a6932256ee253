"""Has services export to rotel, and judges what rotel printed: `call.py ROTEL BINARY CHART FOLDER REPORT` of one marked call,
`call.py ROTEL --suites FOLDER COMMAND...` of all that the suites send, which the command sends to $CANARY_COLLECTOR."""

import json
import os
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


class Rotel:
    """A collector that prints everything that it receives."""

    def __init__(self, program, work):
        self.printed, self.http = work / "rotel.log", free_port()
        with open(self.printed, "w") as out:
            self.process = subprocess.Popen(
                [program, "start", "--otlp-grpc-endpoint", f"127.0.0.1:{free_port()}",
                 "--otlp-http-endpoint", f"127.0.0.1:{self.http}",
                 "--debug-log", "traces", "--debug-log", "metrics", "--debug-log", "logs", "--debug-log-verbosity", "detailed",
                 "--exporter", "blackhole"],
                stdout=out, stderr=subprocess.STDOUT, cwd=work,
            )
        for _ in range(300):
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", self.http)) == 0:
                    return
            time.sleep(0.1)
        sys.exit("rotel does not start")

    def end(self):
        """Ends it; what it received."""
        time.sleep(1)
        self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(15)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        return self.printed.read_text(errors="replace")


def judge(received, expected):
    """Ends the program if something that is expected is not there, or the mark is."""
    missing = [name for name in expected if name not in received]
    if missing:
        sys.exit(f"rotel did not print {missing}\n{received[-3000:]}")
    unmarked("rotel", received)


def unmarked(place, text):
    if MARK in text:
        at = text.index(MARK)
        sys.exit(f"{place} holds what stands in a chart: {text[max(0, at - 200):at + 100]}")


def suites(program, work, *command):
    collector = Rotel(program, pathlib.Path(work))
    try:
        ended = subprocess.run(command, env={**os.environ, "CANARY_COLLECTOR": f"http://127.0.0.1:{collector.http}"})
    finally:
        received = collector.end()
    if ended.returncode != 0:
        sys.exit(f"{command} ended with {ended.returncode}")
    # Something that only an attribute says is printed too: so would the mark be.
    judge(received, [*EXPECTED, "fhir.query", "cds.store", "SEEN-CANARY", "FHIR query"])
    print(f"rotel printed {len(received.splitlines())} lines for the requests of all suites, none with the mark")


def one_call(program, binary, chart, work, report):
    work = pathlib.Path(work)
    log, collector = work / "pnet-cds.log", Rotel(program, work)
    settings = work / "settings.toml"
    settings.write_text(
        'server.listen = "127.0.0.1:0"\nserver.management_listen = "127.0.0.1:0"\ndemo.enabled = true\n'
        f'telemetry.otlp_endpoint = "http://127.0.0.1:{collector.http}"\ntelemetry.log = "json"\ntelemetry.log_level = "trace"\n'
        f'audit.sink = "file:{work}/audit.ndjson"\n'
    )
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
        received = collector.end()
    if service.returncode != 0:
        sys.exit(f"the service ended with {service.returncode}")
    judge(received, EXPECTED)
    unmarked("log", log.read_text())
    unmarked("metrics", metrics)
    if MARK not in answer or MARK not in (work / "audit.ndjson").read_text():
        sys.exit("the mark did not even reach cards and audit, so that its absence elsewhere shows nothing")
    pathlib.Path(report).write_text(received)
    print(f"rotel printed {len(received.splitlines())} lines for one call, none with the mark; they are in {report}")


if sys.argv[2] == "--suites":
    suites(sys.argv[1], *sys.argv[3:])
else:
    one_call(*sys.argv[1:])
