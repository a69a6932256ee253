"""Helm and Kustomize must install the same: every field of every object is compared, but for Helm's Job that checks the
settings before an upgrade and its test that asks whether the service answers, for which Kustomize has no hook, and the names that each tool gives by
itself, and every pod must be as locked up as the table below says."""

import copy
import itertools
import re
import sys

from render import CASES, SCREEN, both, chart, kustomized, objects, overlay, values

# Where a pod is locked up: path below the template's `spec` (`*` is every container) and the value that it must have.
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
# Kinds that make pods.
OWNERS = ("Deployment", "StatefulSet", "Job", "CronJob", "Pod")
# Written by one of the tools: Helm's own labels, its notes to keep volumes and the settings of older pods, the hash that
# each adds to a name in its own way, and the demo's namespace, which Helm does not make.
OWN_LABELS = {"helm.sh/chart", "app.kubernetes.io/managed-by"}
OWN_ANNOTATIONS = {"helm.sh/resource-policy", "helm.sh/hook", "helm.sh/hook-delete-policy"}
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
        if item["kind"] != "Namespace" and not item["metadata"]["name"].endswith(("-check", "-test")):
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


def template(owner):
    """The template of the pods that an object makes, or a pod itself."""
    if owner["kind"] == "Pod":
        return owner
    spec = owner["spec"]["jobTemplate"]["spec"] if owner["kind"] == "CronJob" else owner["spec"]
    return spec["template"]


def changeable(text):
    """Every ConfigMap that a pod mounts and that could change under it, or whose change would not roll the pods."""
    raw = objects(text)
    maps = {item["metadata"]["name"]: item for item in raw if item["kind"] == "ConfigMap"}
    for owner in raw:
        if owner["kind"] not in OWNERS:
            continue
        for volume in template(owner)["spec"].get("volumes", []):
            name = volume.get("configMap", {}).get("name")
            if name is None:
                continue
            if name not in maps:
                yield f"{volume['name']} mounts {name}, which there is not"
            elif not HASH.match(name):
                yield f"{name} has no hash of what is in it"
            elif maps[name].get("immutable") is not True:
                yield f"{name} can be changed while pods run with it"


def out_of_order(container):
    """Every variable that is used above the line that sets it, where Kubernetes leaves it as it stands."""
    known = set()
    for entry in container.get("env", []):
        for used in re.findall(r"\$\(([^)]+)\)", entry.get("value", "")):
            if used not in known:
                yield f"{entry['name']} uses $({used}) before it is set"
        known.add(entry["name"])


def unlocked(found):
    """Every pod that is not as locked up as it must be, and every secret that is not a file."""
    pods = [item for item in found.values() if item["kind"] in OWNERS]
    if not pods:
        yield "there is no pod"
    for pod in pods:
        spec = template(pod)["spec"]
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
            for probe in () if pod["kind"] in ("CronJob", "Job") else ("startupProbe", "livenessProbe", "readinessProbe"):
                if at(container, f"{probe}.httpGet.port") != ["management"]:
                    yield f"{probe} does not ask the management port"
        chosen = [
            item["spec"]["policyTypes"]
            for item in found.values()
            if item["kind"] == "NetworkPolicy"
            and item["spec"]["podSelector"]["matchLabels"].items() <= template(pod)["metadata"]["labels"].items()
        ]
        if chosen != [["Ingress", "Egress"]]:
            yield f"{pod['kind']}: there is not one network policy for both directions"


def faults(helm_text, kustomize_text):
    """All that is wrong with one case."""
    left, right = installation(helm_text), installation(kustomize_text)
    found = list(differences(left, right))
    for tool, side, text in (("helm", left, helm_text), ("kustomize", right, kustomize_text)):
        found += [f"{tool}: {fault}" for fault in [*unlocked(side), *changeable(text)]]
        for owner in objects(text):
            if owner["kind"] in OWNERS:
                for container in template(owner)["spec"]["containers"]:
                    found += [f"{tool}: {fault}" for fault in out_of_order(container)]
    return found


def seen_to_fail(text):
    """Every locked field of a rendered pod, changed one at a time, must be found; so must a changed port or peer."""
    good = installation(text)
    owners = [key for key, item in good.items() if item["kind"] in OWNERS]
    for key, (path, wanted) in itertools.product(owners, LOCKED.items()):
        bad = copy.deepcopy(good)
        spec = template(bad[key])["spec"]
        *parents, last = path.split(".")
        for parent in parents:
            spec = spec[0] if parent == "*" else spec.setdefault(parent, {})
        spec[last] = "changed"
        assert any(path in fault for fault in unlocked(bad)), f"a changed {path} of {key} is not found"
        assert any(last in place for place in differences(good, bad)), f"a changed {path} of {key} is no difference"
        assert wanted != "changed"
    for key in owners:
        bad = copy.deepcopy(good)
        template(bad[key])["metadata"]["labels"]["app.kubernetes.io/name"] = "changed"
        assert any("network policy" in fault for fault in unlocked(bad)), f"{key} without a policy is not found"
    bad = copy.deepcopy(good)
    bad["NetworkPolicy/pnet-cds"]["spec"]["ingress"][0]["ports"][0]["port"] = "management"
    assert list(differences(good, bad)), "a changed port is not found"
    open_text = text.replace("immutable: true", "immutable: false")
    assert list(changeable(open_text)), "a ConfigMap that can be changed is not found"
    wrong = {"env": [{"name": "A", "value": "$(B)"}, {"name": "B", "value": "b"}]}
    assert list(out_of_order(wrong)), "a variable used before it is set is not found"
    return len(owners) * (len(LOCKED) + 1) + 3


def renamed():
    """A change of what a ConfigMap holds must be another ConfigMap, mounted by its new name; no change must be none."""
    given = values("full")
    names = {name for name in mounted(given)}
    assert names == set(mounted(values("full"))), "the same values give other names"
    for key, change in (
        ("settings", given["settings"] + "# changed\n"),
        ("knowledge", {"files": {"cards/missing-data.md": "changed"}}),
        ("codes", {"files": {"laboratory.json": "{}"}}),
    ):
        after = mounted(given | {key: change})
        assert [key] == [name.split("-")[2] for name in set(after) - names], f"a change of {key} changes {set(after) - names}"
    return len(names)


def mounted(given):
    """Names of the ConfigMaps that the chart's pods mount."""
    found = next(item for item in objects(chart(given)) if item["kind"] == "Deployment")
    return [volume["configMap"]["name"] for volume in template(found)["spec"]["volumes"] if "configMap" in volume]


def main():
    """Compares every case."""
    wrong = 0
    for case in CASES:
        (_, helm_text), (_, kustomize_text) = both(case)
        found = faults(helm_text, kustomize_text)
        for fault in found:
            print(f"{case}: {fault}", file=sys.stderr)
        wrong += len(found)
        changed = seen_to_fail(helm_text)
        print(f"agree: {case}: {len(installation(helm_text))} objects, {changed} changed fields found, {len(found)} faults")
    jobs = kustomized(SCREEN)
    owners = [item for item in objects(jobs) if item["kind"] in OWNERS]
    found = [*unlocked(installation(jobs)), *(fault for owner in owners for fault in out_of_order(template(owner)["spec"]["containers"][0]))]
    for fault in found:
        print(f"screen: {fault}", file=sys.stderr)
    wrong += len(found)
    print(f"agree: {renamed()} names of ConfigMaps, each new with what it holds")
    kinds = {case: [item["kind"] for item in objects(overlay(case))] for case in CASES}
    assert [case for case in CASES if "Namespace" in kinds[case]] == ["demo"], "taking an overlay away takes a namespace away"
    namespaces = [item for item in objects(overlay("demo")) if item["kind"] == "Namespace"]
    for mode in ("enforce", "warn", "audit"):
        label = f"pod-security.kubernetes.io/{mode}"
        assert namespaces[0]["metadata"]["labels"][label] == "restricted", f"{label} is not restricted"
    sys.exit(1 if wrong else 0)


if __name__ == "__main__":
    main()
