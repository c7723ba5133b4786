"""KL between two normal laws with independent coordinates: from the multivariate theorem, and from the univariate one."""

from ..derivation import Derivation
from ..facts import Facts, positive_entries
from ..nodes import KL, Entry, Law, Paren
from ..rewrite import div, log, mul, power, sub
from .registry import theorem, theorems
from .symbols import columns, half, j, two

mu1, mu2, sigma1, sigma2 = columns("mu1", "mu2", "sigma1", "sigma2")
diag1, diag2 = Law("normal_diag", mu1, sigma1), Law("normal_diag", mu2, sigma2)
PARAMETERS = (mu1, sigma1, mu2, sigma2)
FACTS = Facts.of(positive_entries(sigma1), positive_entries(sigma2))
shift = Paren(sub(Entry(mu1, j), Entry(mu2, j)))
TITLE = "KL divergence between two normal laws with independent coordinates"


@theorem("kl_normal_diag", TITLE, "normal_diag", parameters=PARAMETERS)
def kl_normal_diag() -> Derivation:
    line = Derivation(KL(diag1, diag2), FACTS).all("normal_diag_is_mvn").apply("lemma:kl_mvn")
    line = line.all("diagonal_inverse").all("entry").apply("diagonal_product").all("entry").apply("diagonal_trace")
    line = line.apply("diagonal_quadratic_form").all("diagonal_determinant").all("entry")
    line = line.apply("log_div").all("log_product").all("log_pow").apply("join_sums").apply("scale_sum")
    line = line.apply("expand").apply("log_div (backwards)").apply("commute", b=log(div(Entry(sigma2, j), Entry(sigma1, j))))
    return line.apply("factor_out", c=power(mul(two, power(Entry(sigma2, j), 2)), -1))


@theorem("kl_normal_diag_direct", TITLE + ", from the product of univariate densities", "normal_diag", parameters=PARAMETERS)
def kl_normal_diag_direct() -> Derivation:
    return coordinatewise().apply("lemma:kl_normal")


def coordinatewise() -> Derivation:
    """The divergence as the sum of the divergences of the coordinates: they are independent."""
    line = Derivation(KL(diag1, diag2), FACTS).apply("kl_definition").apply("integral_as_expectation").apply("log_div")
    line = line.all("density_normal_diag").all("log_product").apply("join_sums").apply("expect_sum").apply("marginal")
    return line.apply("lemma:kl_definition (backwards)")


@theorem("kl_normal_diag_stable", TITLE + ", without cancellation", "normal_diag", parameters=PARAMETERS)
def kl_normal_diag_stable() -> Derivation:
    line = theorems["kl_normal_diag"].derivation.apply("expand").apply("square_near_one").apply("half_square")
    return line.apply("commute", b=mul(half, power(Paren(div(shift, Entry(sigma2, j))), 2)))
