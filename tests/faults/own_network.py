"""A network of one's own that leads nowhere, in which every packet to anywhere is counted."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

NAMESPACE = "a network namespace: root, or a kernel that lets users make them"


def unshared() -> list[str]:
    """The command that runs another in a network of its own."""
    own = [] if os.geteuid() == 0 else ["--user", "--map-root-user"]
    return ["unshare", *own, "--net", "--"]


def count_packets() -> int:
    """Count what this namespace has sent, by whatever device."""
    lines = Path("/proc/net/dev").read_text(encoding="ascii").splitlines()[2:]
    return sum(int(line.partition(":")[2].split()[9]) for line in lines)


def lead_everywhere_to_oneself() -> None:
    """Have whatever is sent to anybody counted: there is the loopback, and all ways lead in."""
    ip = shutil.which("ip")
    assert ip is not None, "iproute2 is missing"
    subprocess.run([ip, "link", "set", "lo", "up"], check=True)
    for family in ("-4", "-6"):
        subprocess.run([ip, family, "route", "add", "default", "dev", "lo"], check=True)
