"""Gradients of scalar expressions, by differentials: df = tr(G^T dX), with dX rotated to the end.

SymPy's own derivatives by a matrix are 0 for most sums of scalars, without a word; nothing here uses them. The rules of
differentiation are one short function a node in `of_scalars.py` and `of_matrices.py`, and one row a function in `functions.py`;
a node without a rule is refused.
"""

from .gradient import Derivative, Structure, derivative, differential
from .pull import NoDerivative

__all__ = ["Derivative", "NoDerivative", "Structure", "derivative", "differential"]
