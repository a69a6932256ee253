"""Latency of the hook with a collector that accepts and never answers, beside no telemetry: `hung.py BINARY [CALLS]`.

Both services run at the same time and are called in turn, one call at a time, so that a busy machine meets both alike.
"""

import http.client
import json
import pathlib
import re
import socket
import subprocess
import sys
import tempfile
import threading
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
PATH = "/cds-services/pnet-liver-metastases"


def hung_collector():
    listener = socket.socket()
    listener.bind(("127.0.0.1", 0))
    listener.listen(64)
    kept = []
    threading.Thread(target=lambda: [kept.append(listener.accept()) for _ in iter(int, 1)], daemon=True).start()
    return listener.getsockname()[1]


def start(binary, work, name, more):
    settings, log = work / f"{name}.toml", work / f"{name}.log"
    settings.write_text(f'server.listen = "127.0.0.1:0"\nserver.management_listen = ""\ndemo.enabled = true\n{more}')
    process = subprocess.Popen([binary, "serve", "--config", settings], stdout=open(log, "w"), stderr=subprocess.STDOUT, cwd=work)
    while not (found := re.search(r"listens on http://([0-9.:]+)", log.read_text())):
        if process.poll() is not None:
            sys.exit(log.read_text())
        time.sleep(0.05)
    return process, http.client.HTTPConnection(found.group(1))


def request():
    entries = json.loads((ROOT / "service/demo/patients/insulinoma-debulking.json").read_text())["entry"]
    of_kind = lambda kind: [{"resource": entry["resource"]} for entry in entries if entry["resource"]["resourceType"] == kind]
    kinds = {"conditions": "Condition", "pathology": "Observation", "procedures": "Procedure", "medications": "MedicationRequest"}
    prefetch = {key: {"resourceType": "Bundle", "type": "searchset", "entry": of_kind(kind)} for key, kind in kinds.items()}
    prefetch["patient"] = of_kind("Patient")[0]["resource"]
    context = {"userId": "Practitioner/1", "patientId": "insulinoma-debulking"}
    return json.dumps({"hook": "patient-view", "hookInstance": "d1577c69-dfbe-44ad-ba6d-3e05e953b2ea", "context": context, "prefetch": prefetch})


def main(binary, calls="2000"):
    binary, body = pathlib.Path(binary).resolve(), request()
    with tempfile.TemporaryDirectory() as work:
        endpoint = f'telemetry.otlp_endpoint = "http://127.0.0.1:{hung_collector()}"\n'
        services = {name: start(binary, pathlib.Path(work), name, more) for name, more in [("without", ""), ("hung", endpoint)]}
        took = {name: [] for name in services}
        for number in range(int(calls) + 50):
            for name, (_, connection) in services.items():
                began = time.perf_counter()
                connection.request("POST", PATH, body, {"Content-Type": "application/json"})
                answer = connection.getresponse()
                answer.read()
                assert answer.status == 200
                if number >= 50:
                    took[name].append(time.perf_counter() - began)
        for process, _ in services.values():
            process.terminate()
            process.wait(20)
    at = lambda name, part: sorted(took[name])[int(len(took[name]) * part)] * 1000
    for part in (0.5, 0.99):
        one, other = at("without", part), at("hung", part)
        print(f"p{part * 100:g}: without telemetry {one:.2f} ms, collector hung {other:.2f} ms, ratio {other / one:.2f}")


main(*sys.argv[1:])
