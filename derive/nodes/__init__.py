"""What SymPy lacks: laws, densities, integrals and expectations over a named law, and brackets that stay.

Every node is inert: it holds its arguments and never evaluates, distributes or reorders them. What a node means at concrete
numbers is said once, in `evaluate/`; what may be done with it, in `rules/`.
"""

from .binders import At, Binder, Expect, Integrate, LimitTo, ProductOver, SumOver, may_be_infinite
from .divergences import ELBO, KL, CrossEntropy, Density, Entropy, Evidence, Likelihood
from .inert import Inert, InertMatrix
from .laws import AbstractLaw, Law, Posterior, lives_on, point_of
from .matrices import Abbreviation, Entrywise, ExpectMatrix, Group, LowerTriangle, MatrixApply, MatrixAt, MatrixGradient
from .scalars import Apply, Entry, Gradient, LogDet1pmx, Paren, Scalar

BINDERS = (Binder, ExpectMatrix, Entrywise, MatrixAt)

__all__ = [
    "BINDERS",
    "ELBO",
    "KL",
    "Abbreviation",
    "AbstractLaw",
    "Apply",
    "At",
    "Binder",
    "CrossEntropy",
    "Density",
    "Entropy",
    "Entry",
    "Entrywise",
    "Evidence",
    "Expect",
    "ExpectMatrix",
    "Gradient",
    "Group",
    "Inert",
    "InertMatrix",
    "Integrate",
    "Law",
    "Likelihood",
    "LimitTo",
    "LogDet1pmx",
    "LowerTriangle",
    "MatrixApply",
    "MatrixAt",
    "MatrixGradient",
    "Paren",
    "Posterior",
    "ProductOver",
    "Scalar",
    "SumOver",
    "lives_on",
    "may_be_infinite",
    "point_of",
]
