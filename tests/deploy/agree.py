"""Helm and Kustomize must install the same: every field of every object is compared, but for the names that each tool
gives by itself, and every pod must be as locked up as the table below says."""

import copy
import re
import sys

from render import CASES, chart, objects, overlay, values

# Where a pod is locked up: path below `spec.template.spec` (`*` is every container) and the value that it must have.
LOCKED = {
    "automountServiceAccountToken": False,
    "enableServiceLinks": False,
    "hostNetwork": None,
    "hostPID": None,
    "hostIPC": None,
    "initContainers": None,
    "securityContext.runAsNonRoot": True,
    "securityContext.runAsUser": 65532,
    "securityContext.runAsGroup": 65532,
    "securityContext.fsGroup": 65532,
    "securityContext.seccompProfile.type": "RuntimeDefault",
    "containers.*.securityContext.allowPrivilegeEscalation": False,
    "containers.*.securityContext.readOnlyRootFilesystem": True,
    "containers.*.securityContext.capabilities": {"drop": ["ALL"]},
    "containers.*.securityContext.privileged": None,
    "containers.*.resources.limits.cpu": None,
    "containers.*.envFrom": None,
}
# Written by one of the tools: Helm's own labels, its note to keep the store's volume, its checksum in place of the hash
# that Kustomize adds to a name, and the namespace, which Helm does not make.
OWN_LABELS = {"helm.sh/chart", "app.kubernetes.io/managed-by"}
OWN_ANNOTATIONS = {"helm.sh/resource-policy", "checksum/config"}
HASH = re.compile(r"^(pnet-cds-(?:settings|knowledge|codes|files))-[a-z0-9]{10}$")


def at(value, path):
    """The values that a path leads to; `None` where there is nothing."""
    found = [value]
    for step in path.split("."):
        if step == "*":
            found = [item for items in found for item in items or []]
        else:
            found = [(item or {}).get(step) for item in found]
    return found


def plain(value):
    """Without what only one of the tools writes."""
    if isinstance(value, dict):
        kept = {}
        for key, item in value.items():
            if key in ("labels", "annotations", "matchLabels") and isinstance(item, dict):
                item = {k: v for k, v in item.items() if k not in OWN_LABELS | OWN_ANNOTATIONS}
                if not item:
                    continue
            kept[key] = plain(item)
        return {k: v for k, v in kept.items() if v != {} or k in ("podSelector",)}
    if isinstance(value, list):
        items = [plain(item) for item in value]
        named = all(isinstance(item, dict) and "name" in item for item in items)
        return sorted(items, key=lambda item: item["name"]) if named else items
    if isinstance(value, str):
        found = HASH.match(value)
        return found.group(1) if found else value
    return value


def installation(text):
    """Kind and name of each object, with the object, as the tools agree on it."""
    found = {}
    for item in map(plain, objects(text)):
        if item["kind"] != "Namespace":
            key = f"{item['kind']}/{item['metadata']['name']}"
            assert key not in found, f"{key} stands twice"
            found[key] = item
    return found


def differences(left, right, path=""):
    """Every place where two values differ."""
    if isinstance(left, dict) and isinstance(right, dict):
        for key in sorted(left.keys() | right.keys()):
            yield from differences(left.get(key), right.get(key), f"{path}.{key}".strip("."))
    elif isinstance(left, list) and isinstance(right, list) and len(left) == len(right):
        for index, (one, other) in enumerate(zip(left, right)):
            yield from differences(one, other, f"{path}[{index}]")
    elif left != right:
        yield f"{path}: helm {left!r}, kustomize {right!r}"


def unlocked(found):
    """Every pod that is not as locked up as it must be, and every secret that is not a file."""
    pods = [item for item in found.values() if item["kind"] in ("Deployment", "StatefulSet", "Job", "CronJob", "Pod")]
    if not pods:
        yield "there is no pod"
    for pod in pods:
        spec = pod["spec"]["template"]["spec"]
        for path, wanted in LOCKED.items():
            for value in at(spec, path):
                if value != wanted:
                    yield f"{pod['kind']}: {path} is {value!r}, not {wanted!r}"
        for variable in at(spec, "containers.*.env"):
            for entry in variable or []:
                if "secretKeyRef" in str(entry):
                    yield f"{entry['name']} puts a secret into the environment"
        for container in spec["containers"]:
            if "@sha256:" not in container["image"]:
                yield f"{container['image']} is not pinned by digest"
            for probe in ("startupProbe", "livenessProbe", "readinessProbe"):
                if at(container, f"{probe}.httpGet.port") != ["management"]:
                    yield f"{probe} does not ask the management port"
    policies = [item for item in found.values() if item["kind"] == "NetworkPolicy"]
    if [policy["spec"]["policyTypes"] for policy in policies] != [["Ingress", "Egress"]]:
        yield "there is not one network policy for both directions"


def faults(helm_text, kustomize_text):
    """All that is wrong with one case."""
    left, right = installation(helm_text), installation(kustomize_text)
    found = list(differences(left, right))
    for tool, side in (("helm", left), ("kustomize", right)):
        found += [f"{tool}: {fault}" for fault in unlocked(side)]
    return found


def seen_to_fail(text):
    """Every locked field of a rendered pod, changed one at a time, must be found; so must a changed port or peer."""
    good = installation(text)
    for path, wanted in LOCKED.items():
        bad = copy.deepcopy(good)
        spec = bad["Deployment/pnet-cds"]["spec"]["template"]["spec"]
        *parents, last = path.split(".")
        for parent in parents:
            spec = spec[0] if parent == "*" else spec.setdefault(parent, {})
        spec[last] = "changed"
        assert any(path in fault for fault in unlocked(bad)), f"a changed {path} is not found"
        assert any(last in place for place in differences(good, bad)), f"a changed {path} is no difference"
        assert wanted != "changed"
    bad = copy.deepcopy(good)
    bad["NetworkPolicy/pnet-cds"]["spec"]["ingress"][0]["ports"][0]["port"] = "management"
    assert list(differences(good, bad)), "a changed port is not found"
    return len(LOCKED) + 1


def main():
    """Compares every case."""
    wrong = 0
    for case in CASES:
        helm_text, kustomize_text = chart(values(case)), overlay(case)
        found = faults(helm_text, kustomize_text)
        for fault in found:
            print(f"{case}: {fault}", file=sys.stderr)
        wrong += len(found)
        changed = seen_to_fail(helm_text)
        print(f"agree: {case}: {len(installation(helm_text))} objects, {changed} changed fields found, {len(found)} faults")
    namespaces = [item for item in objects(overlay("demo")) if item["kind"] == "Namespace"]
    for mode in ("enforce", "warn", "audit"):
        label = f"pod-security.kubernetes.io/{mode}"
        assert namespaces[0]["metadata"]["labels"][label] == "restricted", f"{label} is not restricted"
    sys.exit(1 if wrong else 0)


if __name__ == "__main__":
    main()
