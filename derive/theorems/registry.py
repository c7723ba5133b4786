"""Theorems by name; each is derived when it is first asked for, and once."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

import sympy as sp

from ..derivation import Derivation, Theorem
from ..rule import RULES, DeriveError, UnknownName

Script = Callable[[], Derivation]


@dataclass(frozen=True)
class Entry:
    """What a theorem is about, and the script that derives it."""

    script: Script
    title: str
    subject: str
    parameters: tuple[sp.Basic, ...]
    terms: tuple[tuple[str, sp.Basic], ...]
    source: str


class Library(Mapping[str, Theorem]):
    """theorems["kl_normal"] runs the script of kl_normal; a library is read in the order of names."""

    def __init__(self) -> None:
        self._entries: dict[str, Entry] = {}
        self._derived: dict[str, Theorem] = {}
        self._running: list[str] = []

    def add(self, name: str, entry: Entry) -> None:
        if name in self._entries:
            raise DeriveError(f"two theorems are called {name}")
        self._entries[name] = entry

    def __getitem__(self, name: str) -> Theorem:
        if name not in self._entries:
            raise UnknownName("theorem", name, self._entries)
        if name not in self._derived:
            self._derived[name] = self._derive(name)
        return self._derived[name]

    def _derive(self, name: str) -> Theorem:
        if name in self._running:
            raise DeriveError(f"theorem {name} rests on itself: {' -> '.join([*self._running, name])}")
        self._running.append(name)
        try:
            entry = self._entries[name]
            return entry.script().conclude(
                name, entry.title, entry.subject, parameters=entry.parameters, terms=entry.terms, source=entry.source
            )
        except DeriveError as problem:
            problem.add_note(f"while deriving {name}")
            raise
        finally:
            self._running.pop()

    def __contains__(self, name: object) -> bool:
        return name in self._entries  # nothing is derived to answer that

    def __repr__(self) -> str:
        return f"<{len(self)} theorems: {', '.join(self)}>"

    def __iter__(self) -> Iterator[str]:
        return iter(sorted(self._entries))

    def __len__(self) -> int:
        return len(self._entries)

    def title(self, name: str) -> str:
        """What the theorem says in words; nothing is derived for it."""
        return self._entries[name].title if name in self._entries else self[name].title

    def parameters(self, name: str) -> tuple[sp.Basic, ...]:
        return self._entries[name].parameters if name in self._entries else self[name].parameters

    def subject(self, name: str) -> str:
        return self._entries[name].subject if name in self._entries else self[name].subject


theorems = Library()
RULES.lemma = lambda name: theorems[name].as_rule()


def theorem(
    name: str, title: str, subject: str, *, parameters: tuple[sp.Basic, ...] = (), terms: Mapping[str, sp.Basic] | None = None,
    source: str = "",
) -> Callable[[Script], Script]:
    """Register the script below as the derivation of a theorem. `terms` name parts of its last line."""

    def register(script: Script) -> Script:
        theorems.add(name, Entry(script, title, subject, parameters, tuple((terms or {}).items()), source))
        return script

    return register
