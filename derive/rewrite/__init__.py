"""Trees: building without evaluating, places in a tree and replacing there, substituting, matching a pattern."""

from .building import COMMUTATIVE, NARY, add, build, div, exp, log, matadd, matmul, matsub, mul, neg, power, sub
from .matching import match, match_within
from .places import Path, Site, at_path, at_site, contains, put, replace, sites
from .substitution import Bindings, substitute

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
    "log",
    "matadd",
    "match",
    "match_within",
    "matmul",
    "matsub",
    "mul",
    "neg",
    "power",
    "put",
    "replace",
    "sites",
    "sub",
    "substitute",
]
