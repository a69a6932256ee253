"""How many pages a fault is: a real Alertmanager with deploy/observability/alertmanager.yaml is given the alerts that fire for
each fault of rules-test-installations.yaml, and says which of them it does not inhibit.

    pages.py    needs `prometheus-alertmanager` on the PATH
"""

import datetime
import json
import pathlib
import re
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request

import yaml

from render import ROOT

OBSERVABILITY = ROOT / "deploy/observability"
# The one page of each fault; a fault that is not named here may only have tickets.
PAGES = {
    "PnetCdsAdviceLost fires": ["PnetCdsAdviceLost"],
    "PnetCdsClientWithoutAdvice fires for one of forty that fails by its token": ["PnetCdsClientWithoutAdvice"],
    "PnetCdsClientWithoutAdvice fires for one of forty that fails by its FHIR server": ["PnetCdsFhirFailures"],
    "PnetCdsClientWithoutAdvice fires for one of forty that fails by time-out": ["PnetCdsClientWithoutAdvice"],
    "PnetCdsAdviceBudgetFast fires": ["PnetCdsAdviceBudgetFast"],
    "PnetCdsDown fires": ["PnetCdsDown"],
    "PnetCdsNotReady fires": ["PnetCdsNotReady"],
    "PnetCdsLatencyBudgetFast fires": ["PnetCdsLatencyBudgetFast"],
    "PnetCdsErrorBudgetFast fires": ["PnetCdsErrorBudgetFast"],
    "PnetCdsKnowledgeDiffers is silent": ["PnetCdsStoreDown"],
    "PnetCdsStoreDown fires": ["PnetCdsStoreDown"],
    "PnetCdsSyntheticCallFails fires": ["PnetCdsSyntheticCallFails"],
    "PnetCdsClockDiffers fires": ["PnetCdsClockDiffers"],
    "PnetCdsCertificateEndsNow fires": ["PnetCdsCertificateEndsNow"],
    "PnetCdsClientKeysMissing fires": ["PnetCdsClientKeysMissing"],
}


def severities():
    """The severity of every alert."""
    rules = yaml.safe_load((OBSERVABILITY / "rules.yaml").read_text())
    every = [rule for group in rules["groups"] for rule in group["rules"]]
    return {rule["alert"]: rule["labels"]["severity"] for rule in every if "alert" in rule}


def faults():
    """Each fault with the labels of the alerts that fire for it, as promtool has found them."""
    severity = severities()
    for test in yaml.safe_load((OBSERVABILITY / "rules-test-installations.yaml").read_text())["tests"]:
        for asked in test["promql_expr_test"]:
            alerts = [dict(re.findall(r'(\w+)="([^"]*)"', sample["labels"])) for sample in asked["exp_samples"]]
            for alert in alerts:
                alert["severity"] = severity[alert["alertname"]]
                alert["installation"] = "pnet-cds"
            yield test["name"], alerts


class Alertmanager:
    """An Alertmanager of its own, on a free port."""

    def __init__(self, folder):
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.address = f"127.0.0.1:{probe.getsockname()[1]}"
        command = ["prometheus-alertmanager", f"--config.file={OBSERVABILITY / 'alertmanager.yaml'}"]
        command += [f"--storage.path={folder}", f"--web.listen-address={self.address}", "--cluster.listen-address="]
        self.log = (pathlib.Path(folder) / "log").open("w")
        self.process = subprocess.Popen(command, stdout=self.log, stderr=self.log)

    def ask(self, path, body=None):
        """What it answers, waiting for its start."""
        data = None if body is None else json.dumps(body).encode()
        for _ in range(100):
            try:
                request = urllib.request.Request(
                    f"http://{self.address}/api/v2/{path}", data, {"Content-Type": "application/json"}
                )
                with urllib.request.urlopen(request, timeout=10) as answer:
                    return json.loads(answer.read() or b"null")
            except urllib.error.URLError:
                time.sleep(0.1)
        sys.exit("pages: Alertmanager does not answer")

    def settled(self):
        """What is not inhibited, once it stays the same: Alertmanager takes alerts over one after the other."""
        before, same = None, 0
        while same < 4:
            time.sleep(0.1)
            found = self.ask("alerts?inhibited=false&silenced=false")
            same = same + 1 if found == before else 0
            before = found
        return found

    def pages(self, alerts):
        """Which of these alerts page, if they fire together and nothing else does."""
        now = datetime.datetime.now(datetime.timezone.utc)
        at = {"startsAt": now.isoformat(), "endsAt": (now + datetime.timedelta(hours=1)).isoformat()}
        self.ask("alerts", [{"labels": alert, **at} for alert in alerts])
        there = self.settled()
        ended = (now - datetime.timedelta(seconds=1)).isoformat()
        started = (now - datetime.timedelta(hours=1)).isoformat()
        self.ask("alerts", [{"labels": alert, "startsAt": started, "endsAt": ended} for alert in alerts])
        return sorted(alert["labels"]["alertname"] for alert in there if alert["labels"]["severity"] == "page")


def main():
    """Asks for every fault."""
    wrong, asked, most = [], 0, 0
    with tempfile.TemporaryDirectory() as folder:
        manager = Alertmanager(folder)
        try:
            for name, alerts in faults():
                expected = next((pages for key, pages in PAGES.items() if name.startswith(key)), [])
                found = manager.pages(alerts) if alerts else []
                asked, most = asked + 1, max(most, len(alerts))
                if found != expected:
                    wrong.append(f"{name}: expected {expected}, pages {found}")
        finally:
            manager.process.terminate()
            manager.process.wait(10)
    for line in wrong:
        print(line, file=sys.stderr)
    print(f"pages: {asked} faults with up to {most} alerts at once, none with more than one page, {len(wrong)} wrong")
    sys.exit(1 if wrong else 0)


if __name__ == "__main__":
    main()
