"""The service inside a limit of memory, and what it took: cgroup v1 or v2, else the peak that the kernel counts."""

import os
import re
import signal
import subprocess
from pathlib import Path

ROOT = Path("/sys/fs/cgroup")
LIMIT = 256 << 20


class Group:
    """A memory cgroup of its own, where one can be made."""

    def __init__(self, name):
        self.place = None
        for base, limit, peak in (
            (ROOT / "memory", "memory.limit_in_bytes", "memory.max_usage_in_bytes"),
            (ROOT, "memory.max", "memory.peak"),
        ):
            place = base / f"pnet-cds-{name}-{os.getpid()}"
            try:
                place.mkdir()
            except OSError:
                continue
            try:
                (place / limit).write_text(str(LIMIT))
                if int((place / limit).read_text()) != LIMIT:
                    raise OSError("the limit was not taken")
            except (OSError, ValueError):
                place.rmdir()
                continue
            self.place, self.peak_file = place, peak
            # No way round the limit: what does not fit is killed, as in a pod.
            for swap in ("memory.memsw.limit_in_bytes", "memory.swap.max"):
                try:
                    (place / swap).write_text(str(LIMIT) if "memsw" in swap else "0")
                except OSError:
                    pass
            return

    def join(self):
        if self.place:
            (self.place / "cgroup.procs").write_text(str(os.getpid()))

    def remove(self):
        if self.place:
            self.place.rmdir()

    def __str__(self):
        return f"cgroup {self.place.parent}" if self.place else "no cgroup can be made: VmHWM is compared with 256 MiB"


class Service:
    """A process of the service, with settings as environment."""

    def __init__(self, binary, name, config="", **settings):
        self.group = Group(name)
        directory = Path(os.environ["BOUNDS_WORK"])
        file = directory / f"{name}.toml"
        file.write_text(config)
        environment = {
            "PNET_CDS_CONFIG": str(file),
            "PNET_CDS_SERVER__LISTEN": "127.0.0.1:0",
            "PNET_CDS_SERVER__MANAGEMENT_LISTEN": "127.0.0.1:0",
            "PNET_CDS_STORE__URL": f"sqlite:{directory / (name + '.sqlite')}",
            # Where no cgroup can be made the service is told what it would have found.
            "PNET_CDS_SERVER__MEMORY_LIMIT": f"{LIMIT >> 20} MiB",
            **{f"PNET_CDS_{key}": value for key, value in settings.items()},
        }
        self.log = open(directory / f"{name}.log", "w")
        self.process = subprocess.Popen(
            [binary], env=environment, preexec_fn=self.group.join, stdout=subprocess.PIPE, stderr=self.log, text=True
        )
        for line in self.process.stdout:
            found = re.search(r"listens on http://127\.0\.0\.1:(\d+)", line)
            if found:
                self.port = int(found.group(1))
            if line.startswith("store: "):
                break
            if line.startswith("warning: the store"):
                raise SystemExit(f"{name}: {line}")
        # Nothing else is written, but a pipe that fills would stop it.
        self.before = self.resident()

    def resident(self):
        """Peak resident memory in bytes, by the kernel's count; 0 once it has ended."""
        try:
            text = Path(f"/proc/{self.process.pid}/status").read_text()
        except OSError:
            return 0
        found = re.search(r"VmHWM:\s+(\d+) kB", text)
        return int(found.group(1)) << 10 if found else 0

    def alive(self):
        return self.process.poll() is None

    def end(self, how=signal.SIGTERM, within=30):
        """Ends it; its exit code."""
        if self.alive():
            self.process.send_signal(how)
        try:
            code = self.process.wait(within)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
            code = None
        self.log.close()
        self.group.remove()
        return code
