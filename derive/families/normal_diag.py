"""Normal with independent coordinates (mu, sigma): x_j has mean mu_j and standard deviation sigma_j > 0."""

import sympy as sp

from ..facts import positive_entries
from ..nodes import Density, Entry, Entrywise, Law, ProductOver
from ..rewrite import power
from .family import Family

k, j = (sp.Symbol(name, integer=True, positive=True) for name in "kj")
mu, sigma, x = (sp.MatrixSymbol(name, k, 1) for name in ("mu", "sigma", "x"))

variances = sp.DiagMatrix(Entrywise(power(Entry(sigma, j), 2), j, k))

NORMAL_DIAG = Family(
    name="normal_diag",
    parameters=(mu, sigma),
    domain=(positive_entries(sigma),),
    point=x,
    density=ProductOver(Density(Law("normal", Entry(mu, j), Entry(sigma, j)), Entry(x, j)), j, k),
    expectations=(),
    display=("N", (mu, variances)),
    source="product of independent coordinates",
    same_law=Law("mvn", mu, variances),
)
