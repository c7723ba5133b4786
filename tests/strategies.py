"""Hypothesis strategies: arguments of kernels, by the names of the arguments."""

from __future__ import annotations

from collections.abc import Sequence

from hypothesis import strategies as st

# Far enough out to meet huge ratios, near enough in for the result to be a number.
MEANS = st.floats(-1e6, 1e6)
LOGARITHMS = st.floats(-200.0, 200.0)
POSITIVE = st.builds(lambda exponent, digits: digits * 10.0**exponent, st.integers(-60, 60), st.floats(1.0, 10.0))


def values(name: str) -> st.SearchStrategy[float]:
    """Numbers that an argument of that name may have."""
    if name.startswith("mu"):
        return MEANS
    return LOGARITHMS if name.startswith("log") else POSITIVE


def arguments(names: Sequence[str]) -> st.SearchStrategy[tuple[float, ...]]:
    """One number for each argument."""
    return st.tuples(*map(values, names))


def equal_laws(names: Sequence[str]) -> st.SearchStrategy[tuple[float, ...]]:
    """Arguments of which those of law 2 are those of law 1."""
    stems = sorted({name.rstrip("12") for name in names})
    drawn = st.fixed_dictionaries({stem: values(stem) for stem in stems})
    return drawn.map(lambda found: tuple(found[name.rstrip("12")] for name in names))
