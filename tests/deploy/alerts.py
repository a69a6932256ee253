"""Every alert has its series with which it fires and with which it is silent, and its section in the runbook; every
metric and label in an expression of rules and dashboard is one that the service exports.

    alerts.py FILE    the text of /metrics of a service that has answered calls
"""

import json
import pathlib
import re
import sys

import yaml

from render import ROOT

OBSERVABILITY = ROOT / "deploy/observability"
# What a cluster exports of pods, with the labels that its documents name: kube-state-metrics 2 and the kubelet.
OF_CLUSTER = {
    "kube_deployment_status_replicas_unavailable": {"deployment"},
    "kube_pod_container_status_restarts_total": {"container", "uid"},
    "kube_pod_container_status_last_terminated_reason": {"container", "reason", "uid"},
    "kube_pod_container_info": {"container", "image", "image_id", "image_spec", "container_id", "uid"},
    "kube_pod_spec_volumes_persistentvolumeclaims_info": {"volume", "persistentvolumeclaim", "uid"},
    "kube_cronjob_created": {"cronjob"},
    "kube_cronjob_status_last_successful_time": {"cronjob"},
    "kubelet_volume_stats_available_bytes": {"persistentvolumeclaim"},
    "kubelet_volume_stats_capacity_bytes": {"persistentvolumeclaim"},
}
# Written by Prometheus itself, and added to every series of a pod by the operator.
OF_PROMETHEUS = {"up": set()}
OF_SCRAPING = {"job", "namespace", "installation", "pod", "instance", "le"}
# Seen only where callers have tokens, the service has a certificate or others get its audit; service/tests/clients.rs,
# overload.rs and audit_feed.rs see them.
OF_CALLERS = {
    "cds_audit_spool_age_seconds": {"cds_audit_feed"},
    "cds_audit_spool_size_bytes": {"cds_audit_feed"},
    "cds_audit_spool_capacity_bytes": {"cds_audit_feed"},
    "cds_audit_refused_total": {"cds_audit_feed"},
    "cds_advice_total": {"cds_client", "cds_tenant", "cds_advice", "cds_outcome"},
    "cds_advice_duration_seconds_bucket": {"cds_client", "cds_tenant"},
    "cds_client_keys": {"cds_client"},
    "cds_client_keys_age_seconds": {"cds_client"},
    "cds_replay_tokens": {"cds_client"},
    "cds_synthetic": {"cds_client", "cds_step"},
    "cds_certificate_expires_seconds": set(),
}
WORDS = {"and", "or", "unless", "by", "without", "on", "ignoring", "offset", "bool", "group_left", "group_right"}
NAME = re.compile(r"[a-zA-Z_:][a-zA-Z0-9_:]*")
SELECTOR = re.compile(r"([a-zA-Z_:][a-zA-Z0-9_:]*)?\{([^}]*)\}")


def exported(text):
    """Metric names with the labels that they were seen with."""
    found = {}
    for line in text.splitlines():
        if line.startswith("# TYPE "):
            _, _, name, kind = line.split(maxsplit=3)
            parts = ("_bucket", "_count", "_sum") if kind == "histogram" else ("",)
            for part in parts:
                found.setdefault(name + part, set())
        elif line and not line.startswith("#"):
            name = NAME.match(line).group(0)
            found.setdefault(name, set()).update(re.findall(r'[{,]([a-zA-Z_][a-zA-Z0-9_]*)="', line))
    return found


def expressions():
    """Place and text of every expression, and the names that rules record with the labels that they group by."""
    rules = yaml.safe_load((OBSERVABILITY / "rules.yaml").read_text())
    every = [rule for group in rules["groups"] for rule in group["rules"]]
    found = [(rule.get("alert") or rule["record"], rule["expr"]) for rule in every]
    dashboard = json.loads((OBSERVABILITY / "dashboard.json").read_text())
    for panel in dashboard["panels"]:
        found += [(panel["title"], target["expr"]) for target in panel.get("targets", [])]
    recorded = {rule["record"]: names(rule["expr"])[1] for rule in every if "record" in rule}
    return found, recorded, [rule for rule in every if "alert" in rule]


def names(expression):
    """Metric names of an expression, each with the labels that its selector names, and the labels it groups by."""
    text = re.sub(r"\[[^\]]*\]", "", expression)
    grouped = set()
    for group in re.findall(r"\b(?:by|without|on|ignoring)\s*\(([^)]*)\)", text):
        grouped.update(label.strip() for label in group.split(",") if label.strip())
    text = re.sub(r"\b(?:by|without|on|ignoring)\s*\([^)]*\)", "", text)
    used = {}

    def selector(match):
        matchers = re.sub(r'"(?:[^"\\]|\\.)*"', '""', match.group(0))
        used.setdefault(match.group(1), set()).update(re.findall(r"([a-zA-Z_]\w*)\s*[!=]", matchers))
        return ""

    quoted = re.sub(r'"(?:[^"\\]|\\.)*"', lambda m: m.group(0).replace("{", "(").replace("}", ")"), text)
    rest = SELECTOR.sub(selector, quoted)
    rest = re.sub(r"\boffset\s+\w+", "", rest)
    rest = re.sub(r"\b[a-z_]+\s*\(", "(", rest)
    for name in NAME.findall(re.sub(r"\b[0-9][0-9.a-z]*", "", rest)):
        if name not in WORDS:
            used.setdefault(name, set())
    return used, grouped


def unknown(known, recorded, found):
    """Every name and label that nothing exports."""
    for place, expression in found:
        used, grouped = names(expression)
        if not used:
            yield f"{place}: no metric found in the expression"
        labels = set(OF_SCRAPING)
        for name, named in used.items():
            if name in recorded or name in OF_PROMETHEUS:
                labels |= recorded.get(name, set())
                continue
            if name not in known and name not in OF_CLUSTER:
                yield f"{place}: nothing exports `{name}`"
                continue
            has = known.get(name) or OF_CLUSTER.get(name, set())
            labels |= has
            for label in named - has - OF_SCRAPING:
                yield f"{place}: `{name}` has no label `{label}`"
        for label in grouped - labels:
            yield f"{place}: nothing has the label `{label}` to group by"


def untold(alerts):
    """Every alert without a test on either side, or without its section in the runbook."""
    tests = [
        test["name"]
        for path in sorted(OBSERVABILITY.glob("rules-test*.yaml"))
        for test in yaml.safe_load(path.read_text())["tests"]
    ]
    headings = {
        re.sub(r"[^a-z0-9 -]", "", line.lstrip("# ").lower()).replace(" ", "-")
        for line in (ROOT / "deploy/RUNBOOK.md").read_text().splitlines()
        if line.startswith("#")
    }
    for alert in alerts:
        for side in ("fires", "is silent"):
            if not any(name.startswith(f"{alert['alert']} {side}") for name in tests):
                yield f"{alert['alert']}: no series with which it {side}"
        path, _, anchor = alert["annotations"]["runbook"].partition("#")
        if path != "deploy/RUNBOOK.md" or anchor not in headings:
            yield f"{alert['alert']}: {alert['annotations']['runbook']} does not exist"


def main():
    """Checks all of it."""
    known = exported(pathlib.Path(sys.argv[1]).read_text())
    for name, labels in OF_CALLERS.items():
        known[name] = known.get(name, set()) | labels
    found, recorded, alerts = expressions()
    faults = list(unknown(known, recorded, found)) + list(untold(alerts))
    wrong = [
        ("a wrong name", 'sum(cds_cards{job="pnet-cds"})'),
        ("a wrong label", "sum by (kind) (cds_cards_total)"),
        ("a wrong name of the cluster's", "kube_pod_restarts_total"),
        ("a wrong label of the cluster's", 'kube_cronjob_created{job_name="x"}'),
    ]
    if len(list(unknown(known, recorded, wrong))) != len(wrong):
        faults.append("a wrong name or a wrong label is not found")
    for fault in faults:
        print(fault, file=sys.stderr)
    print(f"alerts: {len(alerts)} alerts, {len(found)} expressions, {len(known)} metrics exported, {len(faults)} faults")
    sys.exit(1 if faults else 0)


if __name__ == "__main__":
    main()
