"""Lemmas as a layered drawing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence


def drawing(titles: Mapping[str, str], edges: Sequence[tuple[str, str]]) -> str:
    return "<svg></svg>"
