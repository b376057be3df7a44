"""Nearest units by the search alone, by the hierarchy alone, and by what the engine chooses."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from geo.road import nearest

BUDGETS = {"search": 2**31, "hierarchy": 0}
"""How many states the search may settle before the hierarchy takes over."""

METHODS = ("chosen", *BUDGETS)


@contextmanager
def answered_by(method: str) -> Iterator[None]:
    """Let one method answer, or the one that the engine chooses."""
    with pytest.MonkeyPatch.context() as patch:
        if method in BUDGETS:
            patch.setattr(nearest, "search_budget", lambda *_question: BUDGETS[method])
        yield
