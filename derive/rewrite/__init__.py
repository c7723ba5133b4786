"""Trees: building without evaluating, places in a tree and replacing there, substituting, matching a pattern."""

from .building import COMMUTATIVE, NARY, add, build, div, exp, log, matadd, matmul, matsub, mul, neg, power, sub
from .matching import is_such_a_number, match, match_within
from .places import Path, Site, at_path, at_site, contains, put, replace, sites
from .substitution import Bindings, names_in, renamed_apart, substitute

__all__ = [
    "COMMUTATIVE",
    "NARY",
    "Bindings",
    "Path",
    "Site",
    "add",
    "at_path",
    "at_site",
    "build",
    "contains",
    "div",
    "exp",
    "is_such_a_number",
    "log",
    "matadd",
    "match",
    "match_within",
    "matmul",
    "matsub",
    "mul",
    "names_in",
    "neg",
    "power",
    "put",
    "renamed_apart",
    "replace",
    "sites",
    "sub",
    "substitute",
]
