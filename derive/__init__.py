"""Derivations, step by step, from a definition to a closed form; each step is a rule applied, and checked by other code.

    from closedform.derive import theorems

    theorem = theorems["kl_mvn"]        derived when it is first asked for
    print(theorem.show())               every step; "latex", "markdown", "html" and "json" are the other forms
    theorem.check()                     the verdict on every step and on the whole, with the evidence
    theorem.terms                       named parts of the last line: trace, mean, constant, logdet
    theorem.lhs, theorem.rhs            SymPy expressions; theorem.hypotheses says what they rest on

A derivation of your own starts from any expression and applies rules of RULES by name:

    from closedform.derive import KL, Derivation, Facts, Law
    line = Derivation(KL(Law("normal", mu1, sigma1), Law("normal", mu2, sigma2)), Facts.of(Q.positive(sigma1), Q.positive(sigma2)))
    line = line.apply("kl_definition").apply("integral_as_expectation")

Expressions are built with the functions add, mul, power, div, sub, neg, log, exp (matadd, matmul, matsub for matrices), which keep
terms as they are written; SymPy's operators would reorder them.
"""

import sys
from importlib import import_module
from types import ModuleType
from typing import TYPE_CHECKING

if __name__ != "closedform.derive":
    raise ImportError(f"this package is closedform.derive, not {__name__}: write `import closedform.derive`")

if TYPE_CHECKING:
    from .check import check, check_all, check_rule
    from .derivation import Derivation, Step, Theorem
    from .facts import Facts
    from .families import FAMILIES
    from .nodes import (
        ELBO,
        KL,
        AbstractLaw,
        CrossEntropy,
        Density,
        Entropy,
        Entry,
        Entrywise,
        Expect,
        ExpectMatrix,
        Gradient,
        Integrate,
        Law,
        MatrixGradient,
        Paren,
        ProductOver,
        Scalar,
        SumOver,
    )
    from .rewrite import add, div, exp, log, matadd, matmul, matsub, mul, neg, power, sub
    from .rule import DeriveError, DoesNotApply, MissingAssumption, Rule, Statement, UnknownName
    from .rules import RULES
    from .show import FORMS, Unreadable, show
    from .show.load import load
    from .theorems import theorems

__all__ = [
    "ELBO", "FAMILIES", "FORMS", "KL", "RULES", "AbstractLaw", "CrossEntropy", "Density", "Derivation", "DeriveError", "DoesNotApply",
    "Entropy", "Entry", "Entrywise", "Expect", "ExpectMatrix", "Facts", "Gradient", "Integrate", "Law", "MatrixGradient",
    "MissingAssumption", "Paren", "ProductOver", "Rule", "Scalar", "Statement", "Step", "SumOver", "Theorem", "UnknownName", "Unreadable",
    "add", "check", "check_all", "check_rule", "div", "exp", "load", "log", "matadd", "matmul", "matsub", "mul", "neg", "power", "show",
    "sub", "theorems",
]  # fmt: skip

# Where each name is found, once somebody asks for it.
_HOMES = {
    "check": "check check_all check_rule",
    "derivation": "Derivation Step Theorem",
    "facts": "Facts",
    "families": "FAMILIES",
    "nodes": (
        "ELBO KL AbstractLaw CrossEntropy Density Entropy Entry Entrywise Expect ExpectMatrix Gradient Integrate Law MatrixGradient"
        " Paren ProductOver Scalar SumOver"
    ),
    "rewrite": "add div exp log matadd matmul matsub mul neg power sub",
    "rule": "DeriveError DoesNotApply MissingAssumption Rule Statement UnknownName",
    "rules": "RULES",
    "show": "FORMS Unreadable load show",
    "theorems": "theorems",
}
_HOME = {name: home for home, names in _HOMES.items() for name in names.split()}


class _Package(ModuleType):
    """Imports a public name when it is first asked for, so that `closedform --help` does not wait for SymPy.

    `check`, `show` and `theorems` are folders as well, which Python binds here when it has imported them: the public name wins.
    """

    def __getattr__(self, name: str) -> object:
        if name not in _HOME:
            raise AttributeError(f"module {self.__name__} has no attribute {name!r}")
        import_module(f"{self.__name__}.theorems")  # with every sheet of rules, so that a derivation finds them by name
        value = getattr(import_module(f"{self.__name__}.{_HOME[name]}"), name)
        super().__setattr__(name, value)
        return value

    def __setattr__(self, name: str, value: object) -> None:
        if not (name in _HOME and isinstance(value, ModuleType)):
            super().__setattr__(name, value)

    def __dir__(self) -> list[str]:
        return sorted({*self.__dict__, *__all__})


sys.modules[__name__].__class__ = _Package
