"""Starts the service as it is, calls it as an EHR does, and keeps what it says of itself.

    serve.py BINARY FOLDER             writes FOLDER/metrics.txt and FOLDER/discovery.json
    serve.py BINARY FOLDER --write     also writes deploy/PREFETCH.md, the keys and queries for EHRs that do not read discovery
"""

import json
import pathlib
import re
import subprocess
import sys
import time
import urllib.error
import urllib.request

from render import ROOT

PREFETCH = ROOT / "deploy/PREFETCH.md"
PATIENT = "prrt-krenning-4"


class Service:
    """A running service on free ports of this machine."""

    def __init__(self, binary, settings=None, **environment):
        variables = {
            "PNET_CDS_SERVER__LISTEN": "127.0.0.1:0",
            "PNET_CDS_SERVER__MANAGEMENT_LISTEN": "127.0.0.1:0",
            **environment,
        }
        command = [binary, "serve", *(["--config", str(settings)] if settings else [])]
        self.process = subprocess.Popen(
            command, env=variables, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, cwd="/"
        )
        banner = ""
        for line in self.process.stdout:
            banner += line
            if "metrics: " in line:
                break
        found = re.search(r"listens on (https?://\S+?);", banner)
        if not found or "metrics: " not in banner:
            sys.exit(f"the service does not start: {banner}")
        self.url = found.group(1)
        self.management = re.search(r"metrics: (\S+)/metrics", banner).group(1)

    def end(self):
        """Ends it."""
        self.process.terminate()
        self.process.wait(30)


def ask(url, body=None, method=None):
    """Status and text of an answer."""
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(url, data, {"Content-Type": "application/json"}, method=method)
    try:
        with urllib.request.urlopen(request, timeout=60) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode()


def hook(service, fhir_server):
    """A call of the hook without prefetch."""
    return ask(
        f"{service.url}/cds-services/pnet-liver-metastases",
        {
            "hook": "patient-view",
            "hookInstance": "d1577c69-dfbe-44ad-ba6d-3e05e953b2ea",
            "fhirServer": fhir_server,
            "context": {"userId": "Practitioner/demo", "patientId": PATIENT},
        },
    )


def prefetch(discovery):
    """The keys and queries as a page."""
    parts = []
    for service in json.loads(discovery)["services"]:
        rows = "".join(f"\n### `{key}`\n\n    {query}\n" for key, query in sorted(service["prefetch"].items()))
        parts.append(f"## {service['id']} ({service['hook']})\n\n{service['usageRequirements']}\n{rows}")
    return (
        "# Prefetch keys and queries\n\nFor EHRs into which they are typed. Written from the service's own discovery by "
        "`tests/deploy/serve.py --write`,\nand checked against it in CI. `patient` and `conditions` are needed; each other "
        "key that is left out leaves facts unknown.\n\n" + "\n".join(parts)
    )


def main():
    """Runs two services, of which one is the FHIR server of the other."""
    binary, folder = (pathlib.Path(given).resolve() for given in sys.argv[1:3])
    ehr = Service(binary, PNET_CDS_DEMO__ENABLED="true")
    settings = folder / "service.toml"
    settings.write_text(
        "[auth]\nmode = \"open\"\n[server]\nrequest_deadline = \"60 s\"\n[fhir]\ndeadline = \"50 s\"\n"
        "connect_timeout = \"5 s\"\n[store]\nurl = \"sqlite::memory:\"\n"
        f'[[clients]]\nissuer = "https://ehr.invalid"\njwks_url = "https://ehr.invalid/keys"\n'
        f'fhir_servers = ["{ehr.url}/sandbox/fhir"]\n'
    )
    service = Service(binary, settings)
    try:
        status, text = hook(service, f"{ehr.url}/sandbox/fhir")
        assert status == 200, f"{status} {text}"
        card = next(card for card in json.loads(text)["cards"] if "suggestions" in card)
        taken = [{"id": card["suggestions"][0]["uuid"]}]
        outcome = {"outcome": "accepted", "outcomeTimestamp": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())}
        feedback = f"{service.url}/cds-services/pnet-liver-metastases/feedback"
        status, text = ask(feedback, {"feedback": [{"card": card["uuid"], **outcome, "acceptedSuggestions": taken}]})
        assert status == 200, f"{status} {text}"
        ask(feedback, {"feedback": [{"card": "6f6a1b1e-32c0-4a3e-9a5c-0f7e7a7a7a7a", **outcome}]})
        _, metrics = ask(f"{service.management}/metrics")
        _, discovery = ask(f"{service.url}/cds-services")
    finally:
        service.end()
        ehr.end()
    (folder / "metrics.txt").write_text(metrics)
    (folder / "discovery.json").write_text(discovery)
    page = prefetch(discovery)
    if "--write" in sys.argv:
        PREFETCH.write_text(page)
    if not PREFETCH.exists() or PREFETCH.read_text() != page:
        sys.exit("deploy/PREFETCH.md is not what the service asks for; run tests/deploy/serve.py with --write")
    keys = sum(len(found["prefetch"]) for found in json.loads(discovery)["services"])
    print(f"serve: {len(metrics.splitlines())} lines of metrics, {keys} prefetch keys as deploy/PREFETCH.md has them")


if __name__ == "__main__":
    main()
