"""What is rendered against the schemas of Kubernetes, where an unknown field is a fault, and what the chart must refuse."""

import sys

import kubernetes_validate
from helm_python.errors import HelmError
import helm_python as helm

from render import CASES, CHART, chart, objects, overlay, values

# The oldest and the newest that the chart is for and that there are schemas of here.
VERSIONS = ("1.34", "1.37")
# Kinds of other projects, of which there are no schemas here.
FOREIGN = {
    "gateway.networking.k8s.io/v1": "HTTPRoute",
    "cert-manager.io/v1": "Certificate",
    "monitoring.coreos.com/v1": ("ServiceMonitor", "PrometheusRule"),
}
# Changes to the value set `ha` that must not render, with a word of the refusal.
REFUSED = [
    ({"image": {"repository": ""}}, "repository"),
    ({"settings": ""}, "settings"),
    ({"image": {"repository": "x", "digest": "latest"}}, "digest"),
    ({"store": {"kind": "sqlite"}}, "several pods"),
    ({"store": {"kind": "mysql"}}, "kind"),
    ({"store": {"kind": "postgres", "postgres": {"secret": ""}}}, "Secret"),
    ({"replica": 3}, "replica"),
    ({"resources": {"limits": {"memory": "1Gi", "cpu": "1"}}}, "cpu"),
    ({"drainSeconds": 40}, "terminationGracePeriodSeconds"),
    ({"env": [{"name": "LD_PRELOAD", "value": "x"}]}, "name"),
    ({"ingress": {"enabled": True}}, "ingress.host"),
    ({"podSecurityContext": {"runAsUser": 0}}, "runAsUser"),
    ({"networkPolicy": {"dns": {"peers": []}}}, "peers"),
    ({"prometheusRule": {"enabled": True, "runbookUrl": "deploy/RUNBOOK.md"}}, "runbookUrl"),
]
# Changes to the value set `ha` for stricter clusters, with what must stand in the rendered text, and what must not.
ADAPTED = [
    ({"podSecurityContext": {"runAsUser": None, "runAsGroup": None, "fsGroup": None}}, "runAsNonRoot: true", "65532"),
    ({"podSecurityContext": {"runAsUser": 1000650000}}, "runAsUser: 1000650000", "runAsUser: 65532"),
    ({"networkPolicy": {"dns": {"ports": [5353]}}}, "- port: 5353", "- port: 53\n"),
    ({"networkPolicy": {"dns": {"peers": [{"ipBlock": {"cidr": "169.254.20.10/32"}}]}}}, "169.254.20.10/32", "kube-dns"),
    ({"image": {"repository": "x", "pullSecrets": [{"name": "registry"}]}}, "imagePullSecrets:", " pullSecrets:"),
    (
        {"prometheusRule": {"enabled": True, "runbookUrl": "https://wiki.example.org/pnet-cds"}},
        "runbook_url: https://wiki.example.org/pnet-cds#pnetcdsdown",
        "deploy/RUNBOOK.md#",
    ),
    ({"prometheusRule": {"enabled": True}}, "runbook: deploy/RUNBOOK.md#pnetcdsdown", "runbook_url: "),
]


def check(found):
    """Every fault of one object."""
    if found["kind"] in FOREIGN.get(found["apiVersion"], ()):
        return
    for version in VERSIONS:
        try:
            kubernetes_validate.validate(found, version, strict=True)
        except kubernetes_validate.ValidationError as error:
            yield f"{version}: {'.'.join(map(str, error.path))}: {error.message}"


def refused():
    """Every wrong value that the chart lets through."""
    for change, word in REFUSED:
        try:
            chart(values("ha") | change)
            yield f"the chart renders {change}"
        except HelmError as error:
            if word not in str(error):
                yield f"the chart refuses {change} without naming {word}: {error}"


def adapted():
    """Every change for stricter clusters that does not render as it must."""
    for change, present, absent in ADAPTED:
        text = chart(values("ha") | change)
        if present not in text or absent in text:
            yield f"with {change}: no `{present}`, or still `{absent}`"
        for found in objects(text):
            yield from (f"with {change}: {fault}" for fault in check(found))


def main():
    """Checks everything that is rendered."""
    faults, count = list(refused()) + list(adapted()), 0
    for case in CASES:
        for tool, text in (("helm", chart(values(case))), ("kustomize", overlay(case))):
            for found in objects(text):
                count += 1
                place = f"{tool} {case}: {found['kind']}/{found['metadata']['name']}"
                faults += [f"{place}: {fault}" for fault in check(found)]
    # A misspelt field must be found, or the above shows nothing.
    wrong = next(found for found in objects(overlay("ha")) if found["kind"] == "Deployment")
    wrong["spec"]["template"]["spec"]["containers"][0]["securityContext"]["readOnlyRootFileSystem"] = True
    if not list(check(wrong)):
        faults.append("a misspelt field is not found")
    faults += [f"helm lint: {message}" for message in lint()]
    for fault in faults:
        print(fault, file=sys.stderr)
    print(f"validate: {count} objects, Kubernetes {' and '.join(VERSIONS)}, {len(REFUSED)} wrong values refused, {len(ADAPTED)} adaptations")
    sys.exit(1 if faults else 0)


def lint():
    """What Helm's own linter says against the chart, with each value set."""
    for case in CASES:
        found = helm.lint(str(CHART), values(case), strict=True)
        for message in found["messages"]:
            # Above information, such as that an icon is recommended.
            if message["severity"] > 1:
                yield f"{case}: {message['path']}: {message['error']}"


if __name__ == "__main__":
    main()
