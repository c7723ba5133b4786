"""Names of symbols as letters: mu1 is mu with label 1, logvar1 is v with label 1, and what such letters stand for."""

from __future__ import annotations

import re
from collections.abc import Iterable

from .shapes import Name

GREEK = frozenset([
    "alpha", "beta", "gamma", "delta", "epsilon", "zeta", "eta", "theta", "iota", "kappa", "lambda", "mu", "nu", "xi", "pi", "rho",
    "sigma", "tau", "upsilon", "phi", "chi", "psi", "omega", "Gamma", "Delta", "Theta", "Lambda", "Xi", "Pi", "Sigma", "Upsilon", "Phi",
    "Psi", "Omega",
])  # fmt: skip

# Code names that a formula writes as a letter of its own. The last column is said beside the formula.
LETTERS = {
    "logvar": ("v", "log-variance"),
    "logsigma": ("l", "log-standard deviation"),
    "prec": ("p", "precision"),
}


def name_of(symbol: str) -> Name:
    """The code name as a stem and a label: `mu1`, `x`, `x'`, `Sigma_a`."""
    stem, label = re.fullmatch(r"(.*?)_?(\d*'*|(?<=_)\w+)", symbol, re.DOTALL).groups()  # type: ignore[union-attr]
    return Name(stem, label) if stem else Name(symbol)


def legend(symbols: Iterable[str]) -> list[tuple[list[Name], str]]:
    """The letters among the names that need a word, and the words: ([v1, v2], are the log-variances)."""
    found: dict[str, list[Name]] = {}
    for name in map(name_of, sorted(symbols)):
        if name.stem in LETTERS:
            found.setdefault(LETTERS[name.stem][1], []).append(name)
    return [(names, f"is the {word}" if len(names) == 1 else f"are the {word}s") for word, names in sorted(found.items())]
