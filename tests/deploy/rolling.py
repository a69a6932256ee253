"""Two replicas behind haproxy with one PostgreSQL, restarted one after the other under load: no call may fail, and every
feedback that was accepted must be kept.

    rolling.py BINARY FOLDER [--without-drain]    writes FOLDER/rolling.json; without the drain it shows what that saves
"""

import http.client
import json
import os
import pathlib
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
import time
import uuid

CALLERS = 12
# A clinician reads first. Which cards were sent is written beside the answer, so that a slow store holds up no card: the
# replica that gets the feedback knows of them a moment later.
READING = 1
PATIENT = "prrt-krenning-4"
SERVICE = "/cds-services/pnet-liver-metastases"


def free_port():
    """A port that nobody listens on now."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


def until(what, seconds, holds):
    """Waits for something to hold."""
    end = time.monotonic() + seconds
    while not holds():
        if time.monotonic() > end:
            sys.exit(f"rolling: {what} did not come within {seconds} s")
        time.sleep(0.1)


def ready(port):
    """Whether a replica is."""
    try:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
        connection.request("GET", "/health/ready")
        return connection.getresponse().status == 200
    except OSError:
        return False


class Postgres:
    """A server of its own on a socket in a folder, run by a user that is not root."""

    def __init__(self, folder):
        found = sorted(pathlib.Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: int(path.parent.name))
        self.programs = found[-1] if found else pathlib.Path(shutil.which("initdb") or sys.exit("no PostgreSQL")).parent
        self.folder = folder
        self.user = ["runuser", "-u", "postgres", "--"] if os.geteuid() == 0 else []
        if self.user:
            shutil.chown(folder, "postgres")
        self.run("initdb", f"--pgdata={folder}/data", "--username=pnet", "--auth=trust", "--encoding=UTF8", "--locale=C")
        options = f"-c listen_addresses= -c unix_socket_directories={folder}"
        self.run("pg_ctl", f"--pgdata={folder}/data", "-l", f"{folder}/log", "-w", "-o", options, "start")
        self.run("createdb", "-h", str(folder), "-U", "pnet", "pnet_cds")
        self.url = f"postgres://pnet@localhost/pnet_cds?host={folder}"

    def run(self, program, *arguments):
        """What one of its programs prints."""
        command = [*self.user, str(self.programs / program), *arguments]
        return subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True, cwd="/").stdout

    def rows(self, query):
        """The rows of a query, as text."""
        return self.run("psql", "-h", str(self.folder), "-U", "pnet", "-At", "-c", query, "pnet_cds").split("\n")

    def stop(self):
        """Ends it."""
        self.run("pg_ctl", f"--pgdata={self.folder}/data", "-m", "fast", "stop")


class Replica:
    """One replica, on ports that it keeps."""

    def __init__(self, binary, folder, name, url, database, drain):
        self.listen, self.management = free_port(), free_port()
        self.command = [str(binary), "serve"]
        self.log = (folder / f"{name}.log").open("w")
        self.environment = {
            "PNET_CDS_SERVER__LISTEN": f"127.0.0.1:{self.listen}",
            "PNET_CDS_SERVER__MANAGEMENT_LISTEN": f"127.0.0.1:{self.management}",
            "PNET_CDS_SERVER__PUBLIC_URL": url,
            "PNET_CDS_SERVER__REQUEST_DEADLINE": "60 s",
            "PNET_CDS_SERVER__DRAIN": drain,
            "PNET_CDS_DEMO__ENABLED": "true",
            "PNET_CDS_STORE__URL": database,
        }
        self.start()

    def start(self):
        """Starts it, and waits until it is ready."""
        self.process = subprocess.Popen(
            self.command, env=self.environment, stdout=self.log, stderr=self.log, cwd="/"
        )
        until("a replica", 60, lambda: ready(self.management))

    def restart(self):
        """As a rolling update does it; says how it ended."""
        self.process.terminate()
        code = self.process.wait(60)
        self.start()
        return code


def greatest_memory(process):
    """The most memory that a process has had, in kB."""
    status = pathlib.Path(f"/proc/{process.pid}/status").read_text()
    return next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmHWM"))


class Load:
    """Callers that look at a patient and then say what they did with the first card, over and over."""

    def __init__(self, port, url):
        self.port, self.url = port, url
        self.going, self.lock = True, threading.Lock()
        self.calls, self.accepted, self.failed, self.slowest = 0, set(), [], 0.0
        self.threads = [threading.Thread(target=self.caller) for _ in range(CALLERS)]

    def post(self, connection, path, body):
        """Status and body of an answer; 0 if there was none."""
        began = time.monotonic()
        try:
            connection.request("POST", path, json.dumps(body), {"Content-Type": "application/json"})
            answer = connection.getresponse()
            status, text = answer.status, answer.read()
        except (OSError, http.client.HTTPException) as error:
            connection.close()
            status, text = 0, repr(error).encode()
        with self.lock:
            self.calls += 1
            self.slowest = max(self.slowest, time.monotonic() - began)
            if status != 200:
                self.failed.append(f"{path}: {status} {text[:200].decode(errors='replace')}")
        return status, text

    def caller(self):
        """One of them."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        while self.going:
            status, text = self.post(
                connection,
                SERVICE,
                {
                    "hook": "patient-view",
                    "hookInstance": str(uuid.uuid4()),
                    "fhirServer": f"{self.url}/sandbox/fhir",
                    "context": {"userId": "Practitioner/demo", "patientId": PATIENT},
                },
            )
            if status != 200:
                continue
            card = json.loads(text)["cards"][0]["uuid"]
            time.sleep(READING)
            said = {"card": card, "outcome": "overridden", "outcomeTimestamp": "2026-11-23T10:00:00Z"}
            status, _ = self.post(connection, f"{SERVICE}/feedback", {"feedback": [said]})
            if status == 200:
                with self.lock:
                    self.accepted.add(card)

    def wait_for(self, more):
        """Waits for so many further calls."""
        goal = self.calls + more
        until("the load", 300, lambda: self.calls >= goal)


def haproxy(folder, port, replicas):
    """A proxy that asks for readiness and never tries a call twice."""
    servers = "\n".join(
        f"  server r{index} 127.0.0.1:{one.listen} check port {one.management}" for index, one in enumerate(replicas)
    )
    config = folder / "haproxy.cfg"
    config.write_text(f"""
defaults
  mode http
  retries 0
  timeout connect 10s
  timeout client 90s
  timeout server 90s
  default-server inter 300ms fall 1 rise 1
frontend in
  bind 127.0.0.1:{port}
  default_backend replicas
backend replicas
  balance roundrobin
  option httpchk GET /health/ready
{servers}
""")
    program = shutil.which("haproxy", path=os.environ["PATH"] + ":/usr/sbin") or sys.exit("no haproxy")
    return subprocess.Popen([program, "-f", str(config)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def main():
    """Runs it."""
    binary, out = (pathlib.Path(given).resolve() for given in sys.argv[1:3])
    drain = "0 s" if "--without-drain" in sys.argv else "4 s"
    folder = pathlib.Path(tempfile.mkdtemp(prefix="pnet-rolling-"))
    folder.chmod(0o755)
    data = folder / "pg"
    data.mkdir()
    postgres, replicas, proxy = Postgres(data), [], None
    try:
        port = free_port()
        url = f"http://127.0.0.1:{port}"
        for name in ("a", "b"):
            replicas.append(Replica(binary, folder, name, url, postgres.url, drain))
        proxy = haproxy(folder, port, replicas)
        until("the proxy", 30, lambda: socket.socket().connect_ex(("127.0.0.1", port)) == 0)
        time.sleep(1)
        load = Load(port, url)
        began = time.monotonic()
        for thread in load.threads:
            thread.start()
        codes = []
        load.wait_for(20)
        for _ in range(2):
            for replica in replicas:
                codes.append(replica.restart())
                # Until the proxy has seen that it is back.
                time.sleep(1)
                load.wait_for(20)
        load.going = False
        for thread in load.threads:
            thread.join()
        took = time.monotonic() - began
        memory = max(greatest_memory(replica.process) for replica in replicas)
        kept = set(postgres.rows("SELECT card FROM issued_cards WHERE outcome IS NOT NULL"))
    finally:
        if proxy:
            proxy.terminate()
        for replica in replicas:
            replica.process.kill()
        postgres.stop()
    figures = {
        "drain": drain,
        "restarts": len(codes),
        "calls": load.calls,
        "failed": len(load.failed),
        "feedbackAccepted": len(load.accepted),
        "feedbackLost": len(load.accepted - kept),
        "slowestSeconds": round(load.slowest, 3),
        "replicaMemoryKilobytes": memory,
        "callsPerSecond": round(load.calls / took, 1),
    }
    (out / "rolling.json").write_text(json.dumps(figures, indent=2) + "\n")
    print(f"rolling: {figures}")
    for failure in load.failed[:5]:
        print(f"rolling: {failure}", file=sys.stderr)
    shutil.rmtree(folder, ignore_errors=True)
    if "--without-drain" not in sys.argv and (load.failed or load.accepted - kept or not load.accepted or any(codes)):
        sys.exit(f"rolling: {len(load.failed)} calls failed, replicas ended with {codes}")


if __name__ == "__main__":
    main()
