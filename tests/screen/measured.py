"""Runs a command and says what it took. The most memory comes from its own status, for what `wait4` says of a child begins with
the memory of whoever started it."""

import dataclasses
import os
import pathlib
import subprocess
import sys
import time


@dataclasses.dataclass(frozen=True)
class Taken:
    """Seconds, seconds of processors (of itself and the children that it waited for), MiB of itself at most."""

    seconds: float
    cpu: float
    memory: int


def peak(pid):
    """The most memory so far, in kB; 0 for what has ended."""
    try:
        for line in pathlib.Path(f"/proc/{pid}/status").read_text().splitlines():
            if line.startswith("VmHWM:"):
                return int(line.split()[1])
    except OSError:
        pass
    return 0


def run(command, **more):
    """Ends with a message if the command does not end with 0."""
    begun = time.monotonic()
    process = subprocess.Popen([str(part) for part in command], **more)
    most = 0
    while True:
        most = max(most, peak(process.pid))
        pid, status, usage = os.wait4(process.pid, os.WNOHANG)
        if pid:
            break
        time.sleep(0.01)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        sys.exit(f"screen: exit {process.returncode} of {' '.join(map(str, command))}")
    return Taken(time.monotonic() - begun, usage.ru_utime + usage.ru_stime, most // 1024)
