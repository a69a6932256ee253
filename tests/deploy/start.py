"""Starts the service with what each case gives its container: environment, and files laid out as a kubelet mounts them.

    start.py BINARY
"""

import gzip
import json
import pathlib
import shutil
import subprocess
import sys
import tempfile

from render import CASES, chart, objects, values
from serve import Service, ask
from validate import printed


def mount(folder, files):
    """Files as a kubelet mounts a ConfigMap: links into a folder that is exchanged as a whole."""
    behind = folder / "..2026_11_23"
    for path, text in files.items():
        (behind / path).parent.mkdir(parents=True, exist_ok=True)
        (behind / path).write_text(text)
    (folder / "..data").symlink_to(behind.name)
    for top in {path.split("/")[0] for path in files}:
        (folder / top).symlink_to(f"..data/{top}")


def environment(found, root):
    """The container's environment, with its paths below `root`, its ports free ones, and the store in a file there."""
    deployment = next(item for item in found if item["kind"] == "Deployment")
    maps = {item["metadata"]["name"]: item["data"] for item in found if item["kind"] == "ConfigMap"}
    spec = deployment["spec"]["template"]["spec"]
    container = spec["containers"][0]
    places = {entry["name"]: root / entry["mountPath"].lstrip("/") for entry in container["volumeMounts"]}
    for volume in spec["volumes"]:
        place = places[volume["name"]]
        place.mkdir(parents=True)
        if "configMap" in volume:
            data = maps[volume["configMap"]["name"]]
            items = volume["configMap"].get("items") or [{"key": key, "path": key} for key in data]
            mount(place, {item["path"]: data[item["key"]] for item in items})
        elif volume["name"] == "store" and "secret" in volume:
            mount(place, {item["path"]: f"sqlite:{root}/store.db\n" for item in volume["secret"]["items"]})
    variables = {}
    for entry in container["env"]:
        name, value = entry["name"], entry.get("value", "pod-1").replace("$(POD_NAME)", "pod-1")
        if "__TLS__" in name:
            # The Secret is cert-manager's; TLS has its own tests.
            continue
        value = value.replace(":8080", ":0").replace(":9090", ":0")
        value = value.replace("/etc/pnet-cds", f"{root}/etc/pnet-cds").replace("/var/lib", f"{root}/var/lib")
        variables[name] = value
    return variables


def rotated(folder):
    """Runs the rotation of the runbook where the service writes its audit, and counts the records that it packed."""
    job = next(block for block in printed("RUNBOOK.md") if "kind" in block and block["kind"] == "CronJob")
    container = job["spec"]["jobTemplate"]["spec"]["template"]["spec"]["containers"][0]
    script = container["args"][0].replace("sleep 60", "sleep 0")
    subprocess.run([*container["command"], script], cwd=folder, check=True)
    (packed,) = folder.glob("pod-1.*.done.gz")
    records = [json.loads(line) for line in gzip.decompress(packed.read_bytes()).splitlines()]
    assert records and all(record["resourceType"] == "AuditEvent" for record in records), records
    assert not (folder / "pod-1.ndjson").exists()
    return len(records)


def main():
    """Starts every case."""
    binary = pathlib.Path(sys.argv[1]).resolve()
    for case in CASES:
        root = pathlib.Path(tempfile.mkdtemp(prefix="pnet-start-"))
        variables = environment(objects(chart(values(case))), root)
        service = Service(binary, **variables)
        try:
            live, _ = ask(f"{service.management}/health/live")
            # The example's key server does not exist, so a service that needs tokens is not ready, and admits nobody.
            ready, said = ask(f"{service.management}/health/ready")
            discovery, _ = ask(f"{service.url}/cds-services")
            wanted = (200, 200, 200) if case == "demo" else (200, 503, 401)
            if "PNET_CDS_AUDIT__SINK" in variables:
                print(f"start: {case}: {rotated(root / 'var/lib/pnet-cds-audit')} records of a refusal, moved away and packed")
            if (live, ready, discovery) != wanted:
                sys.exit(f"start: {case}: {(live, ready, discovery)}, not {wanted}: {said}")
        finally:
            service.process.kill()
            shutil.rmtree(root, ignore_errors=True)
        print(f"start: {case}: live {live}, ready {ready}, discovery {discovery}")


if __name__ == "__main__":
    main()
