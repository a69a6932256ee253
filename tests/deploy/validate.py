"""What is rendered and what the documents print against the schemas of Kubernetes, where an unknown field is a fault, and what
the chart must refuse and adapt to."""

import json
import re
import shutil
import subprocess
import sys
import tempfile
import textwrap

import kubernetes_validate
import yaml
from helm_python.errors import HelmError
import helm_python as helm

from render import CASES, CHART, OVERLAYS, ROOT, SCREEN, both, chart, kustomized, objects, overlay, values

# The oldest and the newest that the chart is for and that there are schemas of here.
VERSIONS = ("1.34", "1.37")
# Kinds of other projects, of which there are no schemas here.
FOREIGN = {
    "gateway.networking.k8s.io/v1": "HTTPRoute",
    "cert-manager.io/v1": "Certificate",
    "monitoring.coreos.com/v1": ("ServiceMonitor", "PrometheusRule"),
}
# The database, which the policy has to name.
EGRESS = [{"to": [{"ipBlock": {"cidr": "10.2.0.10/32"}}]}]
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
    ({"env": [{"name": "PNET_CDS_STORE__URL", "value": "sqlite:x"}]}, "name"),
    ({"env": [{"name": "TZ", "value": "UTC"}, {"name": "TZ", "value": "Europe/Berlin"}]}, "TZ stands twice"),
    ({"env": [{"name": "PNET_CDS_AUDIT__SINK", "value": "off"}], "audit": {"volume": {"enabled": True}}}, "AUDIT__SINK"),
    ({"podLabels": {"app.kubernetes.io/name": "other"}}, "app.kubernetes.io/name"),
    ({"settings": '[store]\nurl = "postgres://pnet_cds:secret@db/pnet_cds"\n'}, "password"),
    ({"autoscaling": {"enabled": True, "minReplicas": 12, "maxReplicas": 10}}, "minReplicas"),
    ({"backup": {"enabled": True}}, "backup.enabled"),
    ({"audit": {"volume": {"enabled": True, "size": "much"}}}, "size"),
    ({"ingress": {"enabled": True}}, "ingress.host"),
    ({"podSecurityContext": {"runAsUser": 0}}, "runAsUser"),
    ({"networkPolicy": {"dns": {"peers": []}}}, "peers"),
    ({"prometheusRule": {"enabled": True, "runbookUrl": "deploy/RUNBOOK.md"}}, "runbookUrl"),
    ({"settings": "[server\npublic_url = 1\n"}, "not TOML"),
    ({"settings": '[store]\nurl = "postgres://db/pnet_cds?user=a&password=secret"\n'}, "password"),
    ({"serviceMonitor": {"enabled": True}, "networkPolicy": {"monitoringFrom": [], "egress": EGRESS}}, "monitoringFrom"),
    ({"networkPolicy": {"egress": []}}, "networkPolicy.egress"),
    (
        {"replicas": 1, "store": {"kind": "sqlite"}, "networkPolicy": {"egress": []}, "settings": 'audit.atna.url = "https://arr.example.org/fhir"\n'},
        "who gets audit records",
    ),
    ({"env": [{"name": "PNET_CDS_AUDIT__SPOOL__DIR", "value": "/x"}], "audit": {"volume": {"enabled": True}}}, "AUDIT__SPOOL__DIR"),
    ({"resources": {"limits": {"memory": "256"}}}, "memory"),
    ({"resources": {"limits": {"memory": 256}}}, "memory"),
    ({"resources": {"requests": {"cpu": "100m", "memory": "1Gi"}, "limits": {"memory": "512Mi"}}}, "requests.memory"),
    ({"resources": {"requests": {"cpu": "100m", "memory": "300M"}, "limits": {"memory": "256Mi"}}}, "requests.memory"),
    ({"replicas": 1, "store": {"kind": "sqlite"}, "backup": {"enabled": True, "schedule": "17 25 * * *"}}, "schedule"),
    ({"replicas": 1, "store": {"kind": "sqlite"}, "backup": {"enabled": True, "schedule": "every night"}}, "schedule"),
    ({"ca": {"configMap": "a", "secret": "b"}}, "ca: name"),
    ({"serviceAccount": {"create": False}}, "serviceAccount.name"),
    ({"store": {"kind": "postgres", "postgres": {"secret": "s", "host": "db.example.org"}}}, "one of both"),
    ({"store": {"kind": "postgres", "postgres": {"secret": "", "host": "db.example.org"}}}, "userSecret"),
    ({"commonLabels": {"app.kubernetes.io/name": "other"}}, "app.kubernetes.io/name"),
]
# Changes to the value set `ha` for stricter clusters, with what must stand in the rendered text, and what must not.
ADAPTED = [
    ({"podSecurityContext": {"runAsUser": None, "runAsGroup": None, "fsGroup": None}}, "runAsNonRoot: true", "65532"),
    ({"podSecurityContext": {"runAsUser": 1000650000}}, "runAsUser: 1000650000", "runAsUser: 65532"),
    ({"networkPolicy": {"dns": {"ports": [5353]}, "egress": EGRESS}}, "- port: 5353", "- port: 53\n"),
    ({"networkPolicy": {"dns": {"peers": [{"ipBlock": {"cidr": "169.254.20.10/32"}}]}, "egress": EGRESS}}, "169.254.20.10/32", "kube-dns"),
    ({"image": {"repository": "x", "pullSecrets": [{"name": "registry"}]}}, "imagePullSecrets:", " pullSecrets:"),
    (
        {"prometheusRule": {"enabled": True, "runbookUrl": "https://wiki.example.org/pnet-cds"}},
        "runbook_url: https://wiki.example.org/pnet-cds#pnetcdsdown",
        "deploy/RUNBOOK.md#",
    ),
    ({"prometheusRule": {"enabled": True}}, "runbook: deploy/RUNBOOK.md#pnetcdsdown", "runbook_url: "),
    ({"env": [{"name": "TZ", "value": "Europe/Berlin"}]}, "name: TZ", "OTEL_"),
    (
        {"env": [{"name": "OTEL_EXPORTER_OTLP_HEADERS", "valueFrom": {"secretKeyRef": {"name": "otlp", "key": "headers"}}}]},
        "OTEL_EXPORTER_OTLP_HEADERS",
        "TZ",
    ),
    (
        {
            "resources": {
                "requests": {"cpu": "100m", "memory": "64Mi", "ephemeral-storage": "64Mi"},
                "limits": {"memory": "256Mi", "ephemeral-storage": "256Mi"},
            }
        },
        "ephemeral-storage: 256Mi",
        "cpu: 1\n",
    ),
    ({"tls": {"secret": "tls"}}, "port: 443\n      targetPort: http", "port: 80\n"),
    ({"tls": {"secret": "tls"}}, "- https://pnet-cds:443\n        # Its certificate is for the name that EHRs use.\n        - --any-certificate", "- http://"),
    ({"replicas": 1, "store": {"kind": "memory"}}, "helm.sh/hook: test\n", "--any-certificate"),
    ({"service": {"port": 8443}, "tls": {"secret": "tls"}}, "port: 8443\n", "port: 80\n"),
    ({"dnsConfig": {"options": [{"name": "ndots", "value": "2"}]}}, 'value: "2"', 'value: "1"'),
    ({"audit": {"volume": {"enabled": True, "existingClaim": "nfs"}}}, "claimName: nfs", "name: pnet-cds-audit"),
    ({"audit": {"volume": {"enabled": True}}}, "accessModes: [ReadWriteMany]", "ReadWriteOnce"),
    (
        {"replicas": 1, "store": {"kind": "sqlite"}, "audit": {"volume": {"enabled": True}}, "backup": {"enabled": True}},
        "accessModes: [ReadWriteOnce]",
        "ReadWriteMany",
    ),
    (
        {"global": {"imageRegistry": "mirror.example.org:5000/"}, "image": {"repository": "pnet-cds", "tag": "1.0.0"}},
        "image: mirror.example.org:5000/pnet-cds:1.0.0",
        "registry.example.org",
    ),
    ({"commonLabels": {"team": "oncology"}}, "team: oncology", "team: other"),
    ({"ca": {"configMap": "bundle", "key": "trust.pem"}}, "PNET_CDS_FHIR__CA_FILE", "secretName: bundle"),
    ({"ca": {"configMap": "bundle"}}, "PNET_CDS_AUDIT__CA_FILE", "audit-client"),
    ({"audit": {"clientSecret": "shown", "volume": {"enabled": True}}}, "value: /etc/pnet-cds/audit-client/tls.key", "name: ca\n"),
    ({"audit": {"volume": {"enabled": True}}}, "value: /var/lib/pnet-cds-audit/spool", "audit-client"),
    ({"jwks": {"secret": "callers"}}, "mountPath: /etc/pnet-cds/jwks", "name: ca\n"),
    (
        {"store": {"kind": "postgres", "postgres": {"secret": "", "host": "pg-rw", "userSecret": "pg-app", "caSecret": "pg-ca"}}},
        "postgres://pg-rw:5432/pnet_cds?sslmode=verify-full&sslrootcert=/etc/pnet-cds/store-ca/ca.crt",
        "PNET_CDS_STORE__URL_FILE",
    ),
    (
        {"store": {"kind": "postgres", "postgres": {"secret": "", "host": "pg", "userSecret": "u", "clientSecret": "client"}}},
        "&sslcert=/etc/pnet-cds/store-client/tls.crt&sslkey=/etc/pnet-cds/store-client/tls.key",
        "PGPASSWORD",
    ),
    ({"store": {"kind": "postgres", "postgres": {"secret": "cluster-app", "key": "uri"}}}, "- key: uri", "PGUSER"),
    ({"serviceAccount": {"create": False, "name": "mine"}}, "serviceAccountName: mine", "kind: ServiceAccount"),
    (
        {
            "extraVolumes": [{"name": "vault", "csi": {"driver": "secrets-store.csi.k8s.io", "readOnly": True}}],
            "extraVolumeMounts": [{"name": "vault", "mountPath": "/etc/vault", "readOnly": True}],
            "extraContainers": [{"name": "proxy", "image": "proxy.example.org/proxy:1"}],
        },
        "secrets-store.csi.k8s.io",
        "initContainers",
    ),
    ({"settings": '[auth]\nmode = "open"\n# postgres://pnet_cds@db/pnet_cds\n'}, "pnet-cds-settings-", "checksum"),
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


def printed(document):
    """The YAML of the blocks that a document prints."""
    for block in re.findall(r"(?:^ {4}.*\n)+", (ROOT / "deploy" / document).read_text(), re.M):
        text = textwrap.dedent(block)
        if text.startswith(("apiVersion:", "- target:", "configMapGenerator:")):
            yield yaml.safe_load(text)


def handed_out():
    """Objects that runbook and README print, and `ha` copied and patched as the README says, each with its faults."""
    blocks = [block for document in ("RUNBOOK.md", "README.md") for block in printed(document)]
    whole = [block for block in blocks if isinstance(block, dict) and "kind" in block]
    with tempfile.TemporaryDirectory() as folder:
        shutil.copytree(OVERLAYS.parent, f"{folder}/kustomize")
        mine = f"{folder}/kustomize/overlays/mine"
        shutil.copytree(OVERLAYS / "ha", mine)
        with open(f"{mine}/ca.pem", "w") as file:
            file.write("a certificate")
        wanted = yaml.safe_load((OVERLAYS / "ha/kustomization.yaml").read_text())
        for block in blocks:
            if isinstance(block, list):
                wanted["patches"] += block
            elif "patches" in block:
                for key, items in block.items():
                    wanted[key] += items
        with open(f"{mine}/kustomization.yaml", "w") as file:
            yaml.safe_dump(wanted, file)
        command = ["kubectl", "kustomize", mine]
        patched = objects(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
    kinds = sorted(found["kind"] for found in whole)
    if kinds != ["CronJob", "Job", "LimitRange", "Pod"] or len(blocks) != 8:
        yield f"the documents print {kinds} and {len(blocks)} blocks"
    for word in ("5353", "registry", "/etc/pnet-cds/files"):
        if word not in str(patched):
            yield f"the patches of the README do not bring {word}"
    for found in whole + patched:
        yield from (f"printed {found['kind']}: {fault}" for fault in check(found))


def excused():
    """Every advisory that only one of two lists says does not apply."""
    policy = set(re.findall(r'id = "(RUSTSEC-[0-9-]+)"', (ROOT / ".ci/deny.toml").read_text().split("[graph]")[0]))
    told = {one["vulnerability"]["name"] for one in json.loads((ROOT / "deploy/vex.json").read_text())["statements"]}
    yield from (f"{name} stands in one of .ci/deny.toml and deploy/vex.json only" for name in sorted(policy ^ told))


def main():
    """Checks everything that is rendered."""
    faults, count = [*refused(), *adapted(), *handed_out(), *excused()], 0
    for case in CASES:
        for tool, text in both(case):
            for found in objects(text):
                count += 1
                place = f"{tool} {case}: {found['kind']}/{found['metadata']['name']}"
                faults += [f"{place}: {fault}" for fault in check(found)]
    for found in objects(kustomized(SCREEN)):
        count += 1
        faults += [f"screen: {found['kind']}/{found['metadata']['name']}: {fault}" for fault in check(found)]
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
