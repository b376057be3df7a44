"""What the process that servers are forked from imports: the program, its kernels loaded."""

from __future__ import annotations

from importlib import import_module

from faults.running_server import end_with_parent

from dispatch.warm import warm_kernels

end_with_parent()

for name in ("api.app", "api.cli", "api.cli_serve"):
    import_module(name)
warm_kernels()
