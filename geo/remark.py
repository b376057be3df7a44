"""Remark: one thing said to a person, in both languages, under a code for machines."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Remark:
    """
    A message with a code; a screen shows one of its languages.

    Attributes
    ----------
    code
        For machines, in snake_case; texts may be reworded, codes may not.
    zh, en
        The same sentence in Chinese and in English.
    """

    code: str
    zh: str
    en: str
