"""A golden string for each kind of node, as text and as LaTeX; every kind there is has one."""

from __future__ import annotations

import inspect
import shutil
import subprocess
from pathlib import Path

import pytest
import sympy as sp
from sympy import Q
from sympy.core.symbol import Str

from closedform.derive import nodes, special
from closedform.derive.evaluate.meaning import meaning
from closedform.derive.facts import positive_diagonal, positive_entries
from closedform.derive.nodes import (
    ELBO,
    KL,
    Abbreviation,
    AbstractLaw,
    Apply,
    At,
    CrossEntropy,
    Density,
    Entropy,
    Entry,
    Entrywise,
    Evidence,
    Expect,
    ExpectMatrix,
    Gradient,
    Group,
    Integrate,
    Law,
    Likelihood,
    LimitTo,
    LogDet1pmx,
    LowerTriangle,
    MatrixApply,
    MatrixAt,
    MatrixGradient,
    Paren,
    Posterior,
    ProductOver,
    Scalar,
    SumOver,
)
from closedform.derive.rewrite import Site, add, div, exp, log, matadd, matmul, matsub, mul, neg, power, sub
from closedform.derive.show.claims import claims
from closedform.derive.show.notation import NotPrintable, Pen, write
from closedform.derive.show.plain import Plain
from closedform.derive.show.tex import Tex, WebTex
from closedform.derive.special import expm1, expm1mx, log1pmx, logratiomx

k, i, j = (sp.Symbol(name, integer=True, positive=True) for name in "kij")
a, b, c, n, x, z = (sp.Symbol(name, real=True) for name in "abcnxz")
mu1, sigma1, mu2, sigma2, var1, logvar1, prec1 = (
    sp.Symbol(name, real=True) for name in ("mu1", "sigma1", "mu2", "sigma2", "var1", "logvar1", "prec1")
)
m1, m2, s1, X = (sp.MatrixSymbol(name, k, 1) for name in ("mu1", "mu2", "sigma1", "x"))
S1, S2, L, A, B = (sp.MatrixSymbol(name, k, k) for name in ("Sigma1", "Sigma2", "L", "A", "B"))
half = sp.Rational(1, 2)
normal1, normal2 = Law("normal", mu1, sigma1), Law("normal", mu2, sigma2)
law1, q, prior = AbstractLaw("1"), AbstractLaw("q"), AbstractLaw("prior")
gap = Paren(sub(x, mu1))
column_gap = Group(matsub(m1, m2))

SAMPLES: list[tuple[sp.Basic, str, str]] = [
    # names and numbers
    (mu1, "mu1", r"\mu_1"),
    (var1, "var1", r"\sigma_1^2"),
    (power(var1, 2), "var1^2", r"(\sigma_1^2)^{2}"),
    (logvar1, "logvar1", "v_1"),
    (prec1, "prec1", "p_1"),
    (S1, "Sigma1", r"\Sigma_1"),
    (sp.Symbol("rate"), "rate", r"\mathit{rate}"),
    (sp.Symbol("x'"), "x'", "x'"),
    (sp.Integer(3), "3", "3"),
    (sp.Integer(-3), "-3", "-3"),
    (sp.Rational(-1, 2), "-1/2", r"-\tfrac{1}{2}"),
    (sp.Float("0.25"), "0.250000000000000", "0.250000000000000"),
    (sp.pi, "pi", r"\pi"),
    (sp.EulerGamma, "gamma", r"\gamma"),
    # sums and products
    (sub(a, b), "a - b", "a - b"),
    (add(neg(a), b), "-a + b", "-a + b"),
    (add(a, Paren(sub(b, c))), "a + (b - c)", "a + (b - c)"),
    (sub(a, Paren(add(b, c))), "a - (b + c)", "a - (b + c)"),
    (add(a, sp.S.Zero), "a + 0", "a + 0"),
    (neg(neg(a)), "-(-1) a", "-(-1) a"),
    (mul(a, sp.S.NegativeOne, b), "-a b", "-a b"),
    (mul(a, sp.S.NegativeOne, sp.S.NegativeOne, b), "a (-1) (-1) b", "a (-1) (-1) b"),
    (mul(sp.Integer(2), sp.Integer(3), a), "2 * 3 a", r"2 \cdot 3 a"),
    (mul(a, sp.Integer(2)), "a * 2", r"a \cdot 2"),
    (div(a, b), "a/b", r"\frac{a}{b}"),
    (div(a, mul(b, c)), "a/(b c)", r"\frac{a}{b c}"),
    (mul(div(a, b), div(c, n)), "a c/(b n)", r"\frac{a c}{b n}"),
    (mul(Paren(div(a, b)), c), "(a/b) c", r"\frac{a}{b} c"),
    (div(Paren(div(a, b)), c), "(a/b)/c", r"\frac{\frac{a}{b}}{c}"),
    (div(sub(a, b), c), "(a - b)/c", r"\frac{a - b}{c}"),
    (div(log(a), b), "(log a)/b", r"\frac{\log a}{b}"),
    (mul(half, a), "1/2 a", r"\tfrac{1}{2} a"),
    (mul(half, Paren(add(a, log(sub(b, c))))), "1/2 [a + log(b - c)]", r"\tfrac{1}{2} \bigl[a + \log(b - c)\bigr]"),
    (mul(half, div(a, b)), "1/2 a/b", r"\tfrac{1}{2} \frac{a}{b}"),
    (neg(div(power(gap, 2), mul(sp.Integer(2), power(sigma1, 2)))), "-(x - mu1)^2/(2 sigma1^2)",
     r"-\frac{(x - \mu_1)^{2}}{2 \sigma_1^{2}}"),
    # powers
    (power(a, 2), "a^2", "a^{2}"),
    (power(mul(a, b), 2), "(a b)^2", "(a b)^{2}"),
    (power(neg(a), 2), "(-a)^2", "(-a)^{2}"),
    (power(power(a, 2), 3), "(a^2)^3", "(a^{2})^{3}"),
    (power(div(a, b), 2), "(a/b)^2", r"\biggl(\frac{a}{b}\biggr)^{2}"),
    (power(a, neg(b)), "a^-b", "a^{-b}"),
    (power(mul(sp.Integer(2), sp.pi), mul(sp.Rational(-1, 2), k)), "(2 pi)^(-k/2)", r"(2 \pi)^{-k/2}"),
    (power(a, half), "sqrt(a)", r"\sqrt{a}"),
    (power(power(a, half), 2), "sqrt(a)^2", r"(\sqrt{a})^{2}"),
    (power(a, sp.Rational(-1, 2)), "1/sqrt(a)", r"\frac{1}{\sqrt{a}}"),
    (power(a, sp.Rational(3, 2)), "a^(3/2)", "a^{3/2}"),
    (power(sp.Integer(-2), 2), "(-2)^2", "(-2)^{2}"),
    (power(half, 2), "(1/2)^2", r"\bigl(\tfrac{1}{2}\bigr)^{2}"),
    # functions
    (log(a), "log a", r"\log a"),
    (log(div(a, b)), "log(a/b)", r"\log \frac{a}{b}"),
    (log(power(a, 2)), "log(a^2)", r"\log(a^{2})"),
    (mul(log(a), b), "(log a) b", r"(\log a) b"),
    (power(log(a), 2), "(log a)^2", r"(\log a)^{2}"),
    (log(log(a)), "log(log a)", r"\log(\log a)"),
    (exp(logvar1), "exp(logvar1)", "e^{v_1}"),
    (exp(mul(half, logvar1)), "exp(1/2 logvar1)", "e^{v_1/2}"),
    (exp(neg(div(power(gap, 2), a))), "exp(-(x - mu1)^2/a)", r"\exp\biggl(-\frac{(x - \mu_1)^{2}}{a}\biggr)"),
    (power(exp(a), 2), "exp(a)^2", "(e^{a})^{2}"),
    (sp.Abs(a), "|a|", r"\lvert a \rvert"),
    (sp.erf(a), "erf(a)", r"\operatorname{erf}(a)"),
    (sp.erfc(a), "erfc(a)", r"\operatorname{erfc}(a)"),
    (sp.gamma(a), "Gamma(a)", r"\Gamma(a)"),
    (sp.loggamma(a), "log Gamma(a)", r"\log \Gamma(a)"),
    (sp.cosh(a), "cosh(a)", r"\cosh(a)"),
    (sp.sinh(a), "sinh(a)", r"\sinh(a)"),
    (sp.tanh(a), "tanh(a)", r"\tanh(a)"),
    (sp.cos(a), "cos(a)", r"\cos(a)"),
    (sp.sin(a), "sin(a)", r"\sin(a)"),
    (expm1(a), "expm1(a)", r"\operatorname{expm1}(a)"),
    (expm1mx(sub(a, b)), "expm1mx(a - b)", r"\operatorname{expm1mx}(a - b)"),
    (log1pmx(a), "log1pmx(a)", r"\operatorname{log1pmx}(a)"),
    (logratiomx(sigma1, sigma2), "logratiomx(sigma1, sigma2)", r"\operatorname{logratiomx}(\sigma_1, \sigma_2)"),
    (Apply("g", x), "g(x)", "g(x)"),
    (Gradient(log(a), a), "d/da log a", r"\frac{\partial}{\partial a}\,\log a"),
    (SumOver(add(Entry(m1, j), a), j, k), "sum_{j=1..k} (mu1[j] + a)", r"\sum_{j=1}^{k} (\mu_{1,j} + a)"),
    (LimitTo(power(x, 2), x, a), "lim_{x -> a+} x^2", r"\lim_{x \to a^+} x^{2}"),
    (LimitTo(add(log(x), x), x, sp.S.Zero), "lim_{x -> 0+} (log x + x)", r"\lim_{x \to 0^+} (\log x + x)"),
    (mul(a, LimitTo(exp(x), x, sp.S.NegativeInfinity)), "a lim_{x -> -oo} exp(x)", r"a \lim_{x \to -\infty} e^{x}"),
    (power(LimitTo(x, x, sp.oo), 2), "(lim_{x -> oo} x)^2", r"\bigl(\lim_{x \to \infty} x\bigr)^{2}"),
    (sub(a, sp.oo), "a - oo", r"a - \infty"),
    (add(a, sp.S.NegativeInfinity), "a - oo", r"a - \infty"),
    (At(power(x, 2), x, a), "(x^2)[x = a]", r"(x^{2})_{x = a}"),
    (mul(SumOver(Entry(m1, j), j, k), a), "(sum_{j=1..k} mu1[j]) a", r"\biggl(\sum_{j=1}^{k} \mu_{1,j}\biggr) a"),
    (ProductOver(Entry(m1, j), j, k), "prod_{j=1..k} mu1[j]", r"\prod_{j=1}^{k} \mu_{1,j}"),
    # entries and matrices
    (Entry(m1, j), "mu1[j]", r"\mu_{1,j}"),
    (Entry(L, i, j), "L[i,j]", "L_{ij}"),
    (Entry(S1, j, j), "Sigma1[j,j]", r"\Sigma_{1,jj}"),
    (power(Entry(s1, j), 2), "sigma1[j]^2", r"\sigma_{1,j}^{2}"),
    (Entry(column_gap, j), "(mu1 - mu2)[j]", r"(\mu_1 - \mu_2)_{j}"),
    (Entry(sp.OneMatrix(k, 1), j), "1_k[j]", r"(\mathbf{1}_{k})_{j}"),
    (S1[0, 1], "Sigma1[1,2]", r"\Sigma_{1,1,2}"),
    (matsub(m1, m2), "mu1 - mu2", r"\mu_1 - \mu_2"),
    (matadd(A, matmul(2, B)), "A + 2 B", "A + 2 B"),
    (matmul(-1, A, B), "-A B", "-A B"),
    (matmul(A, Group(matadd(A, B))), "A (A + B)", "A (A + B)"),
    (sp.MatPow(A, 2), "A^2", "A^{2}"),
    (sp.Inverse(S2), "Sigma2^-1", r"\Sigma_2^{-1}"),
    (sp.Transpose(X), "x^T", r"x^{\top}"),
    (sp.Transpose(column_gap), "(mu1 - mu2)^T", r"(\mu_1 - \mu_2)^{\top}"),
    (sp.Transpose(sp.Inverse(L)), "L^-T", r"L^{-\top}"),
    (Scalar(matmul(sp.Transpose(column_gap), sp.Inverse(S2), column_gap)), "(mu1 - mu2)^T Sigma2^-1 (mu1 - mu2)",
     r"(\mu_1 - \mu_2)^{\top} \Sigma_2^{-1} (\mu_1 - \mu_2)"),
    (sp.Trace(matmul(sp.Inverse(S2), S1)), "tr(Sigma2^-1 Sigma1)", r"\operatorname{tr}(\Sigma_2^{-1} \Sigma_1)"),
    (sp.Determinant(S1), "|Sigma1|", r"\lvert \Sigma_1 \rvert"),
    (log(div(sp.Determinant(S2), sp.Determinant(S1))), "log(|Sigma2|/|Sigma1|)",
     r"\log \frac{\lvert \Sigma_2 \rvert}{\lvert \Sigma_1 \rvert}"),
    (log(sp.Determinant(S1)), "log|Sigma1|", r"\log \lvert \Sigma_1 \rvert"),
    (sp.Identity(k), "I_k", "I_{k}"),
    (sp.ZeroMatrix(k, 1), "0_k", r"\mathbf{0}_{k}"),
    (sp.OneMatrix(k, k), "1_{k x k}", r"\mathbf{1}_{k \times k}"),
    (sp.DiagMatrix(s1), "diag(sigma1)", r"\operatorname{diag}(\sigma_1)"),
    (sp.DiagMatrix(Entrywise(power(Entry(s1, j), 2), j, k)), "diag(sigma1[1]^2, ..., sigma1[k]^2)",
     r"\operatorname{diag}(\sigma_{1,1}^{2}, \dots, \sigma_{1,k}^{2})"),
    (Entrywise(power(Entry(s1, j), 2), j, k), "(sigma1[j]^2)_{j=1..k}", r"(\sigma_{1,j}^{2})_{j=1}^{k}"),
    (sp.HadamardPower(s1, 2), "sigma1.^2", r"\sigma_1^{\circ 2}"),
    (sp.HadamardProduct(m1, m2), "mu1 .* mu2", r"\mu_1 \odot \mu_2"),
    (sp.DiagonalOf(A), "diagonal(A)", r"\operatorname{diagonal}(A)"),
    (Abbreviation("M", matmul(sp.Inverse(L), A)), "M", "M"),
    (LogDet1pmx(A, B), "logdet1pmx(A, B)", r"\operatorname{logdet1pmx}(A, B)"),
    (LowerTriangle(A), "tril(A)", r"\operatorname{tril}(A)"),
    (MatrixApply("Y", x, k, k), "Y(x)", "Y(x)"),
    (MatrixAt(sp.Inverse(A), A, matmul(L, sp.Transpose(L))), "(A^-1)[A = L L^T]", r"(A^{-1})_{A = L L^{\top}}"),
    (MatrixGradient(sp.Trace(S1), S1, "symmetric"), "grad_Sigma1 tr(Sigma1)", r"\nabla_{\Sigma_1}\,\operatorname{tr}(\Sigma_1)"),
    # laws
    (law1, "1", "1"),
    (normal1, "N(mu1, sigma1^2)", r"\mathcal{N}(\mu_1, \sigma_1^{2})"),
    (Law("normal", mu1, exp(mul(half, logvar1))), "N(mu1, exp(logvar1))", r"\mathcal{N}(\mu_1, e^{v_1})"),
    (Law("normal", mu1, power(var1, half)), "N(mu1, var1)", r"\mathcal{N}(\mu_1, \sigma_1^2)"),
    (Law("normal", mu1, power(prec1, -half)), "N(mu1, 1/prec1)", r"\mathcal{N}\biggl(\mu_1, \frac{1}{p_1}\biggr)"),
    (Law("normal", sp.S.Zero, sp.S.One), "N(0, 1)", r"\mathcal{N}(0, 1)"),
    (Law("normal_diag", sp.ZeroMatrix(k, 1), sp.OneMatrix(k, 1)), "N(0_k, I_k)", r"\mathcal{N}(\mathbf{0}_{k}, I_{k})"),
    (Density(law1, x), "f1(x)", "f_1(x)"),
    (Density(q, z), "q(z)", "q(z)"),
    (Density(prior, z), "p(z)", "p(z)"),
    (Density(normal1, x), "N(x; mu1, sigma1^2)", r"\mathcal{N}(x; \mu_1, \sigma_1^{2})"),
    (Density(Posterior(prior, x), z), "p(z | x)", r"p(z \mid x)"),
    (Posterior(prior, x), "p(. | x)", r"p(\cdot \mid x)"),
    (Likelihood(x, z), "p(x | z)", r"p(x \mid z)"),
    (Evidence(prior, x), "p(x)", "p(x)"),
    (KL(normal1, normal2), "KL(N(mu1, sigma1^2) || N(mu2, sigma2^2))",
     r"D_{\mathrm{KL}}\bigl(\mathcal{N}(\mu_1, \sigma_1^{2}) \parallel \mathcal{N}(\mu_2, \sigma_2^{2})\bigr)"),
    (CrossEntropy(law1, AbstractLaw("2")), "H(1, 2)", r"\mathrm{H}(1, 2)"),
    (Entropy(law1), "H(1)", r"\mathrm{H}(1)"),
    (ELBO(q, prior, x), "ELBO(q, p; x)", r"\operatorname{ELBO}(q, p; x)"),
    (Integrate(mul(Density(law1, x), a), x, law1), "int f1(x) a dx", r"\int f_1(x) a\,\mathrm{d}x"),
    (Expect(power(gap, 2), x, law1), "E1[(x - mu1)^2]", r"\mathbb{E}_{1}\bigl[(x - \mu_1)^{2}\bigr]"),
    (Expect(power(add(gap, Paren(sub(mu1, mu2))), 2), x, law1), "E1[((x - mu1) + (mu1 - mu2))^2]",
     r"\mathbb{E}_{1}\bigl[\bigl((x - \mu_1) + (\mu_1 - \mu_2)\bigr)^{2}\bigr]"),
    (Expect(x, x, q), "E_q[x]", r"\mathbb{E}_{q}[x]"),
    (Expect(x, x, normal1), "E_{x ~ N(mu1, sigma1^2)}[x]", r"\mathbb{E}_{x \sim \mathcal{N}(\mu_1, \sigma_1^{2})}[x]"),
    (ExpectMatrix(X, X, law1), "E1[x]", r"\mathbb{E}_{1}[x]"),
]  # fmt: skip
IDS = [f"{type(node).__name__}-{text}" for node, text, _ in SAMPLES]


@pytest.mark.parametrize(("node", "text"), [sample[:2] for sample in SAMPLES], ids=IDS)
def test_text(node: sp.Basic, text: str) -> None:
    assert Plain().draw(write(node)) == text


@pytest.mark.parametrize(("node", "tex"), [(node, tex) for node, _, tex in SAMPLES], ids=IDS)
def test_latex(node: sp.Basic, tex: str) -> None:
    assert Tex().draw(write(node)) == tex


# ---------------------------------------------------------------------------------------------------- complete

FORMED = {type(node) for sample in SAMPLES for node in sp.preorder_traversal(sample[0])}
# Bases of others, which no expression is made of; labels and names; numbers that are printed as rational ones are.
NO_NODES = {nodes.Inert, nodes.InertMatrix, nodes.Binder, special._NearZero}
ABSTRACT = {object, sp.Basic, sp.Function, sp.NumberSymbol, sp.Rational, Str}


def classes_of(module: object) -> set[type]:
    found = {value for _, value in inspect.getmembers(module, inspect.isclass) if issubclass(value, sp.Basic)}
    return {value for value in found if value.__module__.startswith("closedform.")} - NO_NODES


def test_every_class_of_nodes_and_special_has_a_sample() -> None:
    missing = (classes_of(nodes) | classes_of(special)) - FORMED
    assert not missing, f"add a line to SAMPLES for {sorted(kind.__name__ for kind in missing)}"


def test_every_kind_that_has_a_meaning_has_a_sample() -> None:
    missing = {kind for kind in meaning.registry if not any(issubclass(formed, kind) for formed in FORMED)} - ABSTRACT
    assert missing == {sp.ImmutableDenseMatrix}, f"add a line to SAMPLES for {missing}"


def test_an_unknown_node_is_refused() -> None:
    with pytest.raises(NotPrintable, match="no notation is known for Max: Max"):
        write(sp.Max(a, b))
    with pytest.raises(NotPrintable, match="no notation is known for polygamma"):
        write(add(a, sp.polygamma(1, a)))


@pytest.mark.skipif(shutil.which("pdflatex") is None, reason="needs pdflatex")
@pytest.mark.parametrize("printer", [Tex(), WebTex()], ids=["latex", "web"])
def test_every_sample_is_latex(printer: Tex, tmp_path: Path) -> None:
    body = "\n\n".join(f"${printer.draw(write(node))}$" for node, _, _ in SAMPLES)
    preamble = r"\documentclass{article}\usepackage{amsmath,amssymb,xcolor}\begin{document}"
    (tmp_path / "all.tex").write_text(f"{preamble}\n{body}\n\\end{{document}}\n", encoding="utf-8")
    run = subprocess.run(
        ["pdflatex", "-interaction=nonstopmode", "-halt-on-error", "all.tex"], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert run.returncode == 0, run.stdout[-2000:]


# ---------------------------------------------------------------------------------------------------- claims


@pytest.mark.parametrize(
    ("conditions", "text"),
    [
        ([Q.positive(a), Q.positive(b)], "a > 0, b > 0"),
        ([Q.nonnegative(a)], "a >= 0"),
        ([Q.nonzero(a)], "a != 0"),
        ([Q.symmetric(S1), Q.positive_definite(S1)], "Sigma1 symmetric positive definite"),
        ([Q.positive_definite(S2), Q.symmetric(S1), Q.positive_definite(S1), Q.symmetric(S2)],
         "Sigma1, Sigma2 symmetric positive definite"),
        ([Q.invertible(A)], "A invertible"),
        ([Q.lower_triangular(L), positive_diagonal(L)], "L lower triangular, L[j,j] > 0 for every j"),
        ([positive_entries(s1)], "sigma1[j] > 0 for every j"),
        ([Q.positive(Density(law1, x))], "f1(x) > 0"),
    ],
)  # fmt: skip
def test_conditions(conditions: list[sp.Basic], text: str) -> None:
    assert ", ".join(map(Plain().draw, claims(conditions))) == text


def test_a_condition_without_words_is_refused() -> None:
    with pytest.raises(NotPrintable, match="no notation is known for the condition"):
        claims([Q.prime(n)])


# ---------------------------------------------------------------------------------------------------- marks


def marked(node: sp.Basic, site: Site) -> str:
    return Tex().draw(write(node, Pen(places=(site,))))


@pytest.mark.parametrize(
    ("node", "site", "tex"),
    [
        (add(log(a), log(a)), Site((1,)), r"\log a + \changed{\log a}"),
        (add(a, b, c), Site((), (1, 2)), r"a\changed{{}+ b + c}"),
        (add(a, b, c), Site((), (0, 1)), r"\changed{a + b} + c"),
        (add(a, neg(b), c), Site((1,)), r"a\changed{{}- b} + c"),
        (div(a, b), Site((1,)), r"\frac{a}{\changed{b}}"),
        (mul(a, b, c), Site((), (1, 2)), r"a \changed{b c}"),
        (power(add(a, b), 2), Site((0,)), r"\changed{(a + b)}^{2}"),
        (sp.Inverse(S1), Site((1,)), r"\changed{\Sigma_1^{-1}}"),
        (neg(a), Site((0,)), r"\changed{-a}"),
    ],
)
def test_the_place_is_marked_and_nothing_else(node: sp.Basic, site: Site, tex: str) -> None:
    assert marked(node, site) == tex
