"""What SymPy lacks: laws, densities, integrals and expectations over a named law, and brackets that stay.

Every node is inert: it holds its arguments and never evaluates, distributes or reorders them. What a node means at concrete
numbers is said once, in `evaluate.py`; what may be done with it, in `rules/`.
"""

from __future__ import annotations

import sympy as sp
from sympy.core.symbol import Str
from sympy.matrices.expressions.matexpr import MatrixExpr

# ---------------------------------------------------------------------------------------------------- laws


class Law(sp.Basic):
    """The law of a continuous random variable: the name of a family, and its parameters."""

    def __new__(cls, family: str | Str, *parameters: sp.Basic) -> Law:
        name = family if isinstance(family, Str) else Str(family)
        return super().__new__(cls, name, *map(sp.sympify, parameters))

    @property
    def family(self) -> str:
        return str(self.args[0].name)

    @property
    def parameters(self) -> tuple[sp.Basic, ...]:
        return tuple(self.args[1:])


class AbstractLaw(sp.Basic):
    """Any law at all, known by its label. In a rule or theorem it stands for every law, as a symbol does for every number."""

    def __new__(cls, label: str | Str) -> AbstractLaw:
        return super().__new__(cls, label if isinstance(label, Str) else Str(label))

    @property
    def label(self) -> str:
        return str(self.args[0].name)


class Posterior(sp.Basic):
    """The law of z given x by Bayes: prior law of z, and the conditional density of x given z that `Likelihood` names."""

    def __new__(cls, prior: sp.Basic, x: sp.Basic) -> Posterior:
        return super().__new__(cls, prior, x)

    @property
    def prior(self) -> sp.Basic:
        return self.args[0]

    @property
    def x(self) -> sp.Basic:
        return self.args[1]


# ---------------------------------------------------------------------------------------------------- scalars


class Inert(sp.Expr):
    """A real scalar that stays as it is."""

    is_commutative = True
    is_extended_real = True


class InertMatrix(MatrixExpr):
    """A real matrix that stays as it is."""

    is_commutative = False


class Density(Inert):
    """f(point), the density of a law at a point."""

    def __new__(cls, law: sp.Basic, point: sp.Basic) -> Density:
        return super().__new__(cls, law, point)

    law = property(lambda self: self.args[0])
    point = property(lambda self: self.args[1])


class Likelihood(Inert):
    """p(x | z): a positive function of z for the observed x."""

    def __new__(cls, x: sp.Basic, z: sp.Basic) -> Likelihood:
        return super().__new__(cls, x, z)

    x = property(lambda self: self.args[0])
    z = property(lambda self: self.args[1])


class Evidence(Inert):
    """p(x), the integral of p(x | z) over the prior law of z."""

    def __new__(cls, prior: sp.Basic, x: sp.Basic) -> Evidence:
        return super().__new__(cls, prior, x)

    prior = property(lambda self: self.args[0])
    x = property(lambda self: self.args[1])


class KL(Inert):
    """KL(law1 || law2) in nats."""

    def __new__(cls, law1: sp.Basic, law2: sp.Basic) -> KL:
        return super().__new__(cls, law1, law2)

    law1 = property(lambda self: self.args[0])
    law2 = property(lambda self: self.args[1])


class CrossEntropy(Inert):
    """H(law1, law2) = -E1[log f2], in nats."""

    def __new__(cls, law1: sp.Basic, law2: sp.Basic) -> CrossEntropy:
        return super().__new__(cls, law1, law2)

    law1 = property(lambda self: self.args[0])
    law2 = property(lambda self: self.args[1])


class Entropy(Inert):
    """H(law) = -E[log f], in nats."""

    def __new__(cls, law: sp.Basic) -> Entropy:
        return super().__new__(cls, law)

    law = property(lambda self: self.args[0])


class ELBO(Inert):
    """The evidence lower bound of log p(x): E_q[log p(x | z)] - KL(q || prior), in nats."""

    def __new__(cls, law: sp.Basic, prior: sp.Basic, x: sp.Basic) -> ELBO:
        return super().__new__(cls, law, prior, x)

    law = property(lambda self: self.args[0])
    prior = property(lambda self: self.args[1])
    x = property(lambda self: self.args[2])


class Scalar(Inert):
    """The number that a 1x1 matrix holds."""

    def __new__(cls, matrix: MatrixExpr) -> Scalar:
        rows, columns = matrix.shape
        if sp.sympify(rows) != 1 or sp.sympify(columns) != 1:
            raise ValueError(f"Scalar takes a 1x1 matrix, not one of shape {matrix.shape}: {matrix}")
        return super().__new__(cls, matrix)

    matrix = property(lambda self: self.args[0])


class Entry(Inert):
    """M[i, j], or v[i] of a column; indices count from 1."""

    def __new__(cls, matrix: MatrixExpr, *index: sp.Expr) -> Entry:
        return super().__new__(cls, matrix, *map(sp.sympify, index))

    matrix = property(lambda self: self.args[0])
    index = property(lambda self: self.args[1:])


class Paren(Inert):
    """(expression), kept together: neither flattened into a sum nor distributed over."""

    def __new__(cls, body: sp.Expr) -> Paren:
        return super().__new__(cls, body)

    body = property(lambda self: self.args[0])


class Apply(Inert):
    """g(x): in a rule, any scalar expression in which x may occur; a plain symbol stands for one in which it does not."""

    def __new__(cls, name: str | Str, x: sp.Basic) -> Apply:
        return super().__new__(cls, name if isinstance(name, Str) else Str(name), x)

    name = property(lambda self: self.args[0].name)
    x = property(lambda self: self.args[1])


class Gradient(Inert):
    """d body / d variable for a scalar variable (a symbol, or an Entry of one)."""

    def __new__(cls, body: sp.Expr, variable: sp.Expr) -> Gradient:
        return super().__new__(cls, body, variable)

    body = property(lambda self: self.args[0])
    variable = property(lambda self: self.args[1])


# ---------------------------------------------------------------------------------------------------- binders


class Binder(Inert):
    """A scalar in which `variable` is bound, in `body` alone. A third argument says over what it runs."""

    def __new__(cls, body: sp.Expr, variable: sp.Basic, domain: sp.Basic) -> Binder:
        return super().__new__(cls, body, variable, sp.sympify(domain))

    body = property(lambda self: self.args[0])
    variable = property(lambda self: self.args[1])
    domain = property(lambda self: self.args[2])

    @property
    def free_symbols(self) -> set[sp.Basic]:
        return (self.body.free_symbols - {self.variable}) | self.domain.free_symbols


class Integrate(Binder):
    """The integral of body over the support of the law `domain`."""


class Expect(Binder):
    """E[body] when variable has the law `domain`."""

    law = property(lambda self: self.args[2])


class SumOver(Binder):
    """The sum of body for variable = 1 .. domain."""


class ProductOver(Binder):
    """The product of body for variable = 1 .. domain."""


class At(Binder):
    """body at variable = domain: a gradient along a path, a term at a point."""


# ---------------------------------------------------------------------------------------------------- matrices


class ExpectMatrix(InertMatrix):
    """E[body], entry by entry, when variable has the law `domain`."""

    def __new__(cls, body: MatrixExpr, variable: sp.Basic, domain: sp.Basic) -> ExpectMatrix:
        return super().__new__(cls, body, variable, domain)

    body = property(lambda self: self.args[0])
    variable = property(lambda self: self.args[1])
    domain = property(lambda self: self.args[2])
    law = property(lambda self: self.args[2])
    shape = property(lambda self: self.args[0].shape)

    @property
    def free_symbols(self) -> set[sp.Basic]:
        return (self.body.free_symbols - {self.variable}) | self.domain.free_symbols


class Entrywise(InertMatrix):
    """The column whose entry number `variable` is `body`, for variable = 1 .. domain."""

    def __new__(cls, body: sp.Expr, variable: sp.Symbol, domain: sp.Expr) -> Entrywise:
        return super().__new__(cls, body, variable, sp.sympify(domain))

    body = property(lambda self: self.args[0])
    variable = property(lambda self: self.args[1])
    domain = property(lambda self: self.args[2])
    shape = property(lambda self: (self.args[2], sp.S.One))

    @property
    def free_symbols(self) -> set[sp.Basic]:
        return (self.body.free_symbols - {self.variable}) | self.domain.free_symbols


class Group(InertMatrix):
    """(matrix), kept together: neither flattened into a sum or product nor distributed over."""

    def __new__(cls, body: MatrixExpr) -> Group:
        return super().__new__(cls, body)

    body = property(lambda self: self.args[0])
    shape = property(lambda self: self.args[0].shape)


class Abbreviation(InertMatrix):
    """A name for a matrix: M := L2^-1 L1. It has the value of its body, and stays one letter in print and one array in a kernel."""

    def __new__(cls, name: str | Str, body: MatrixExpr) -> Abbreviation:
        return super().__new__(cls, name if isinstance(name, Str) else Str(name), body)

    name = property(lambda self: self.args[0].name)
    body = property(lambda self: self.args[1])
    shape = property(lambda self: self.args[1].shape)


class MatrixApply(InertMatrix):
    """Y(x), rows by columns: in a rule, any matrix expression in which x may occur."""

    def __new__(cls, name: str | Str, x: sp.Basic, rows: sp.Expr, columns: sp.Expr) -> MatrixApply:
        return super().__new__(cls, name if isinstance(name, Str) else Str(name), x, *map(sp.sympify, (rows, columns)))

    name = property(lambda self: self.args[0].name)
    x = property(lambda self: self.args[1])
    shape = property(lambda self: (self.args[2], self.args[3]))


class MatrixGradient(InertMatrix):
    """The matrix G with d body = tr(G^T dX) for every admissible dX.

    `structure` is "full", "symmetric" (dX symmetric, and G chosen symmetric) or "lower" (dX and G lower triangular).
    """

    def __new__(cls, body: sp.Expr, variable: MatrixExpr, structure: str | Str = "full") -> MatrixGradient:
        return super().__new__(cls, body, variable, structure if isinstance(structure, Str) else Str(structure))

    body = property(lambda self: self.args[0])
    variable = property(lambda self: self.args[1])
    structure = property(lambda self: self.args[2].name)
    shape = property(lambda self: self.args[1].shape)


class LowerTriangle(InertMatrix):
    """tril(M): M with the entries above the diagonal set to 0."""

    def __new__(cls, matrix: MatrixExpr) -> LowerTriangle:
        return super().__new__(cls, matrix)

    matrix = property(lambda self: self.args[0])
    shape = property(lambda self: self.args[0].shape)


BINDERS = (Binder, ExpectMatrix, Entrywise)


def point_of(*laws: sp.Basic) -> sp.Basic:
    """A variable that runs over the space of the first law: a column where its first parameter is one, else a number.

    It is called x, or z where a law is one of latent variables; with a prime where the laws speak of another of that name.
    """
    taken = {str(symbol) for law in laws for symbol in law.free_symbols}
    name = "z" if any(isinstance(law, Posterior) for law in laws) else "x"
    while name in taken:
        name += "'"
    first = laws[0].parameters[0] if isinstance(laws[0], Law) and laws[0].parameters else None
    if isinstance(first, MatrixExpr):
        return sp.MatrixSymbol(name, *first.shape)
    return sp.Symbol(name, real=True)
