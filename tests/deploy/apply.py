"""Applies everything that is rendered to a real API server with etcd, as a dry run: it knows what schemas do not, and
holds pods to the restricted standard. Two wrong objects must be refused.

    apply.py FOLDER    with kube-apiserver and etcd's server in it
"""

import copy
import pathlib
import socket
import subprocess
import sys
import tempfile
import time

import yaml

from render import CASES, NAMESPACES, both, objects, overlay
from validate import FOREIGN


def free_port():
    """A port that nobody listens on now."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


class Cluster:
    """An API server without nodes."""

    def __init__(self, programs, folder):
        clients, peers, port = free_port(), free_port(), free_port()
        for command in (
            ["openssl", "genrsa", "-out", "sa.key", "2048"],
            ["openssl", "rsa", "-in", "sa.key", "-pubout", "-out", "sa.pub"],
        ):
            subprocess.run(command, cwd=folder, check=True, capture_output=True)
        (folder / "tokens.csv").write_text("token,admin,admin,system:masters\n")
        etcd = [
            programs / "server", "--data-dir", "etcd",
            "--listen-client-urls", f"http://127.0.0.1:{clients}", "--advertise-client-urls", f"http://127.0.0.1:{clients}",
            "--listen-peer-urls", f"http://127.0.0.1:{peers}", "--initial-advertise-peer-urls", f"http://127.0.0.1:{peers}",
            "--initial-cluster", f"default=http://127.0.0.1:{peers}",
        ]
        server = [
            programs / "kube-apiserver", "--etcd-servers", f"http://127.0.0.1:{clients}",
            "--bind-address", "127.0.0.1", "--advertise-address", "127.0.0.1", "--secure-port", str(port),
            "--cert-dir", "certs", "--service-account-issuer", "https://kubernetes.default.svc",
            "--service-account-key-file", "sa.pub", "--service-account-signing-key-file", "sa.key",
            "--service-cluster-ip-range", "10.0.0.0/24", "--token-auth-file", "tokens.csv",
            "--authorization-mode", "RBAC", "--disable-admission-plugins", "ServiceAccount",
        ]
        self.running = []
        for name, command in (("etcd", etcd), ("apiserver", server)):
            log = (folder / f"{name}.log").open("w")
            self.running.append(subprocess.Popen(command, cwd=folder, stdout=log, stderr=log))
        self.kubectl = [
            "kubectl", "--server", f"https://127.0.0.1:{port}", "--token", "token", "--insecure-skip-tls-verify",
        ]
        began = time.monotonic()
        while self.do("get", "--raw", "/readyz").returncode:
            if time.monotonic() - began > 180:
                sys.exit("apply: the API server does not get ready: " + (folder / "apiserver.log").read_text()[-2000:])
            time.sleep(1)
        print(f"apply: API server ready after {time.monotonic() - began:.0f} s")

    def do(self, *arguments, text=None):
        """Runs kubectl."""
        return subprocess.run([*self.kubectl, *arguments], input=text, text=True, capture_output=True)

    def apply(self, found):
        """What the server says against objects; nothing if it would take them."""
        answer = self.do("apply", "--dry-run=server", "--validate=strict", "-f", "-", text=yaml.safe_dump_all(found))
        warnings = [line for line in answer.stderr.splitlines() if "last-applied" not in line]
        return "\n".join(warnings) if answer.returncode or warnings else ""

    def stop(self):
        """Ends both."""
        for process in reversed(self.running):
            process.terminate()
            process.wait(60)


def main():
    """Applies every case."""
    programs = pathlib.Path(sys.argv[1]).resolve()
    folder = pathlib.Path(tempfile.mkdtemp(prefix="pnet-apiserver-"))
    cluster, faults, count = Cluster(programs, folder), [], 0
    try:
        namespace = next(item for item in objects(overlay("demo")) if item["kind"] == "Namespace")
        for name in ("pnet-cds", *NAMESPACES.values()):
            namespace["metadata"]["name"] = name
            cluster.do("create", "-f", "-", text=yaml.safe_dump(namespace))
        for case in CASES:
            for tool, text in both(case):
                known = [item for item in objects(text) if item["kind"] not in FOREIGN.get(item["apiVersion"], ())]
                deployment = next(item for item in known if item["kind"] == "Deployment")
                said = cluster.apply(known)
                faults += [f"{tool} {case}: {said}"] if said else []
                said = cluster.apply([pod(deployment)])
                faults += [f"{tool} {case}: the pod: {said}"] if said else []
                count += len(known) + 1
        open_pod = pod(deployment)
        del open_pod["spec"]["securityContext"]["seccompProfile"]
        stuck = copy.deepcopy(deployment)
        stuck["spec"]["strategy"] = {"type": "RollingUpdate", "rollingUpdate": {"maxSurge": 0, "maxUnavailable": 0}}
        for wrong, word in ((open_pod, "seccompProfile"), (stuck, "maxUnavailable")):
            if word not in cluster.apply([wrong]):
                faults.append(f"the server takes a wrong {word}")
    finally:
        cluster.stop()
    for fault in faults:
        print(fault, file=sys.stderr)
    print(f"apply: {count} objects taken by the server, 2 wrong ones refused, {len(faults)} faults")
    sys.exit(1 if faults else 0)


def pod(deployment):
    """The pod of a deployment, which the server holds to the standard itself; of a deployment it only warns."""
    spec = copy.deepcopy(deployment["spec"]["template"]["spec"])
    for constraint in spec.get("topologySpreadConstraints", []):
        # Its label comes with the ReplicaSet.
        del constraint["matchLabelKeys"]
    metadata = {"name": "pnet-cds", "namespace": deployment["metadata"]["namespace"]}
    return {"apiVersion": "v1", "kind": "Pod", "metadata": metadata, "spec": spec}


if __name__ == "__main__":
    main()
