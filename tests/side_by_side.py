"""How tests are dealt out to processes that run side by side; pytest loads it as a plugin."""

from __future__ import annotations

from pathlib import Path

import pytest
from xdist.remote import Producer
from xdist.scheduler import LoadScopeScheduling

PAGES = "tests/web"


class ByFile(LoadScopeScheduling):
    """A file at a time; the pages all to one process, for they share a served city."""

    def _split_scope(self, nodeid: str) -> str:
        return PAGES if nodeid.startswith(PAGES) else nodeid.partition("::")[0]


@pytest.hookimpl(optionalhook=True)  # without xdist there is nothing to deal out
def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> ByFile:
    """Deal out files in the order in which they were collected."""
    config.option.loadscopereorder = False
    return ByFile(config, log)


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with what takes longest: pages, then all that looks at the whole of the code."""
    items.sort(key=lambda item: (not _is_of_pages(item.path), len(item.path.parts)))


def _is_of_pages(path: Path) -> bool:
    return Path(PAGES).parts == path.parts[-3:-1]
