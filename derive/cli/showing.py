"""`closedform show`: a derivation in one of the forms of show/, or a rule."""

from __future__ import annotations

import sys

from rich.console import Console

from ..check import Report, check_rule
from ..check import check as check_theorem
from ..derivation import Theorem
from ..rule import DeriveError, Rule, Statement, UnknownName
from ..show import FORMS
from ..show import show as shown
from ..show.claims import claims
from ..show.notation import write
from ..show.plain import Plain
from ..show.shapes import Compare
from ..show.text import INDENT, in_text
from .console import text_width
from .finding import find
from .made import Kernel


def print_shown(name: str, form: str, *, standalone: bool, rules: bool, every_step: bool, check: bool) -> None:
    """Raises UnknownName for a name or form that does not exist."""
    if form not in FORMS:
        raise UnknownName("form", form, FORMS)
    found = find(name)
    if isinstance(found, Theorem):
        verdicts = _checked(found) if check else None
        options = {"standalone": standalone, "rules": rules, "every_step": every_step}
        sys.stdout.write(shown(found, form, width=text_width(), verdicts=verdicts, **options))
    elif form != "text":
        raise DeriveError(_text_alone(found))
    elif isinstance(found, Kernel):
        sys.stdout.write(kernel_in_text(found))
    else:
        sys.stdout.write(rule_in_text(found, check=check))


def _text_alone(found: Rule | Kernel) -> str:
    if isinstance(found, Kernel):
        return f"{found.name} is a kernel, and shown as text; its theorems have other forms: {', '.join(found.theorems)}"
    return f"{found.name} is a rule, and a rule alone is shown as text; --rules appends the rules of a theorem in any form"


def _checked(theorem: Theorem) -> Report:
    with Console(stderr=True).status(f"checking {theorem.name}"):
        return check_theorem(theorem).told(in_text)


def kernel_in_text(kernel: Kernel) -> str:
    """Name, signature, arguments, results, the theorems it was made of, and how it is used and read up on."""
    rows = (
        ("signature", kernel.signature),
        ("arguments", ", ".join(kernel.arguments)),
        ("results", ", ".join(kernel.results)),
        ("made of", ", ".join(kernel.theorems)),
        ("use it", f"from closedform.generated import {kernel.name}"),
        ("read on", f"closedform show {kernel.theorems[0]}"),
    )
    return f"{kernel.name}, a kernel\n\n" + "".join(f"    {label:11} {text}\n" for label, text in rows)


def rule_in_text(rule: Rule, *, check: bool) -> str:
    """Name, statement, conditions, what has to be supplied, where it holds with equality, source, counterexample and verdict."""
    drawn = Plain().draw
    rows = [("", statement_in_text(rule))]
    rows += [("in words", rule.words)] if rule.words else []
    rows += [("where", ", ".join(map(drawn, claims(rule.where))))] if rule.where else []
    rows += [("given", ", ".join(rule.given))] if rule.given else []
    rows += [("equal where", _compared(rule.equality))] if rule.equality else []
    rows += [("computed", "it takes any number of terms; the statement says what it does to one or two")] if rule.rewrites else []
    rows += [("source", rule.source)]
    rows += _left_alone(rule)
    if check:
        evidence = check_rule(rule).told(in_text)
        rows.append(("verdict", f"{evidence.verdict} ({evidence.detail})" if evidence.detail else str(evidence.verdict)))
    return "\n".join([rule.name, "", *(f"    {label:11} {text}" if label else f"    {text}\n" for label, text in rows)]) + "\n"


def _left_alone(rule: Rule) -> list[tuple[str, str]]:
    if rule.leaves is None:
        return []
    try:
        return [("leaves", Plain().draw(write(rule.leaves)))]
    except DeriveError:  # the law of a family that does not exist, which has no notation
        return []


def statement_in_text(rule: Rule) -> str:
    return _compared(rule.statement)


def statement_rows(rule: Rule, width: int) -> list[str]:
    """The statement in rows of at most so many columns."""
    rows = Plain().rows(_shape(rule.statement), width, INDENT)
    return [" " * INDENT * row.depth + row.text for row in rows]


def _compared(statement: Statement) -> str:
    return Plain().draw(_shape(statement))


def _shape(statement: Statement) -> Compare:
    return Compare(write(statement.lhs), statement.relation, write(statement.rhs))
