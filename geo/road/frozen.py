"""Values made of arrays that nobody may write to."""

from __future__ import annotations

from dataclasses import fields
from typing import Any

import numpy as np


def freeze(value: Any) -> None:  # noqa: ANN401 -- any frozen dataclass
    """
    Make the arrays of a frozen dataclass read-only; called when it is built.

    Parameters
    ----------
    value
        The instance; arrays mapped from a file become plain read-only ones, so that a
        kernel is compiled for one kind of array only.
    """
    for field in fields(value):
        array = getattr(value, field.name)
        if isinstance(array, np.ndarray):
            plain = np.asarray(array).view()
            plain.flags.writeable = False
            object.__setattr__(value, field.name, plain)
