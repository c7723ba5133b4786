"""The library of theorems: complete records, two routes to one line, reference values, and values that are refused."""

from __future__ import annotations

import mpmath
import pytest
import sympy as sp

from closedform.derive.derivation import Derivation, Theorem
from closedform.derive.evaluate import Environment, evaluate
from closedform.derive.nodes import KL, CrossEntropy, Entropy, Gradient, Law, MatrixGradient
from closedform.derive.rewrite import contains
from closedform.derive.rule import DeriveError, MissingAssumption, UnknownName
from closedform.derive.theorems import theorems
from closedform.derive.theorems.registry import Entry, Library

NAMES = list(theorems)


def _measured(line: sp.Basic) -> sp.Basic:
    """What a gradient is taken of."""
    return _measured(line.body) if isinstance(line, (Gradient, MatrixGradient)) else line


OF_LAWS = [name for name in NAMES if theorems.parameters(name) and isinstance(_measured(theorems[name].lhs), (KL, CrossEntropy, Entropy))]
EQUATIONS_OF_LAWS = [name for name in OF_LAWS if theorems[name].relation == "="]

# ---------------------------------------------------------------------------------------------------- records


@pytest.mark.parametrize("name", NAMES)
def test_a_theorem_is_a_complete_record(name: str) -> None:
    theorem = theorems[name]
    assert theorem.name == name
    assert theorem.title == theorems.title(name)
    assert theorem.title[0].isupper()
    assert not theorem.title.endswith(".")
    assert theorem.subject == theorems.subject(name) != ""
    assert theorem.derivation.steps
    assert len(theorem.digest) == 16


@pytest.mark.parametrize("name", OF_LAWS)
def test_the_parameters_are_those_of_the_laws_in_their_order(name: str) -> None:
    """The laws of the left side name them, parameter by parameter; a law may say exp(v) or diag(...) for one."""
    theorem = theorems[name]
    laws = sorted(theorem.lhs.atoms(Law), key=lambda law: str(theorem.lhs).index(str(law)))
    written = [symbol for law in laws for parameter in law.parameters for symbol in _symbols(parameter)]
    assert list(theorem.parameters) == list(dict.fromkeys(written))


def _symbols(tree: sp.Basic) -> list[sp.Basic]:
    """The parameters in the tree; neither sizes nor indices, which are positive integers."""
    found = {symbol for symbol in sp.preorder_traversal(tree) if isinstance(symbol, (sp.Symbol, sp.MatrixSymbol))}
    return sorted((symbol for symbol in found if not symbol.is_integer), key=str)


@pytest.mark.parametrize("name", [name for name in EQUATIONS_OF_LAWS if "_by_" not in name])
def test_the_value_depends_on_every_parameter(name: str) -> None:
    theorem = theorems[name]
    without = {symbol for symbol in theorem.parameters if not contains(theorem.rhs, symbol)}
    location = {"mu"} if isinstance(theorem.lhs, Entropy) else set()
    assert {str(symbol) for symbol in without} == location


def test_named_terms_are_parts_of_the_last_line() -> None:
    named = {name for name in NAMES if theorems[name].terms}
    assert {"kl_normal", "kl_mvn", "kl_mvn_raw_moments", "kl_mvn_standard", "kl_vae_terms"} <= named
    derivation = theorems["kl_normal"].derivation
    with pytest.raises(DeriveError, match=r"theorem t: the term a = x does not occur in log"):
        Theorem("t", "T", "normal", derivation, terms=(("a", sp.Symbol("x")),))


# ---------------------------------------------------------------------------------------------------- routes


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("kl_mvn", "kl_mvn_raw_moments"), ("kl_normal_diag", "kl_normal_diag_direct"), ("kl_vae", "kl_vae_direct"),
        *((name.partition("_from_")[0], name) for name in NAMES if "_by_" in name and "_from_" in name),
        *((f"kl_mvn_chol_by_{column}", f"kl_mvn_difference_by_{column}") for column in ("mu1", "mu2")),
        *((f"kl_mvn_prec_chol_by_{column}", f"kl_mvn_prec_difference_by_{column}") for column in ("mu1", "mu2")),
    ],
)
def test_two_routes_meet_in_the_same_line(one: str, other: str) -> None:
    first, second = theorems[one], theorems[other]
    assert first.lhs == second.lhs or {first.lhs.args[0].family, second.lhs.args[0].family} == {"mvn", "normal_diag"}
    assert first.rhs == second.rhs
    rules = [[step.rule for step in theorem.derivation.steps] for theorem in (first, second)]
    assert rules[0] != rules[1]


# ---------------------------------------------------------------------------------------------------- values

# U, T and the vector of a VAE: points at which no two terms coincide. Values computed elsewhere, with other software.
U = {"mu1": "1/2", "sigma1": "4/5", "mu2": "-1/4", "sigma2": "3/2", "var1": "16/25", "var2": "9/4", "prec1": "25/16", "prec2": "4/9"}
U |= {"mu": U["mu1"], "sigma": U["sigma1"]}
T = {
    "mu1": ".2 -.4 .7", "mu2": "-.1 .3 .5",
    "Sigma1": "1.3 .4 -.2; .4 .9 .1; -.2 .1 .7", "Sigma2": "2 -.3 .5; -.3 1.1 .2; .5 .2 1.6",
}  # fmt: skip
T |= {"mu": T["mu1"], "Sigma": T["Sigma1"]}
V = {"mu1": ".2 -.4 .7", "logvar1": "-.7 .3 -1.9", "mu2": "-.1 .3 .5", "logvar2": ".4 -.2 .9"}
V |= {"mu": V["mu1"], "logvar": V["logvar1"]}

KL_AT_U, KL_AT_T = "0.3958308816445963599665", "0.6976296869778515244641"
KL_AT_V, VAE_AT_V = "1.558740679527370193", "0.9930063652950238356648"
VALUES = {
    **dict.fromkeys(["kl_normal", "kl_normal_stable"], KL_AT_U),
    **{f"kl_normal_{spread}{form}": KL_AT_U for spread in ("var", "logvar", "prec") for form in ("", "_stable")},
    "entropy_normal": "1.195794981890463",
    "kl_mvn": KL_AT_T, "kl_mvn_raw_moments": KL_AT_T, "kl_mvn_standard": "0.5165834876460879389685",
    **dict.fromkeys(["kl_normal_diag", "kl_normal_diag_direct", "kl_normal_diag_stable"], KL_AT_V),
    **{f"kl_normal_diag_{spread}{form}": KL_AT_V for spread in ("var", "logvar", "prec") for form in ("", "_stable")},
    "kl_vae": VAE_AT_V, "kl_vae_direct": VAE_AT_V, "kl_vae_stable": VAE_AT_V, "kl_vae_terms": VAE_AT_V,
    **{f"kl_vae_{spread}{form}": VAE_AT_V for spread in ("var", "sigma") for form in ("", "_stable")},
}  # fmt: skip
TERMS = {
    "kl_mvn": {
        "trace": "2.352583586626139817629", "mean": "0.5139817629179331306991", "constant": "-3", "logdet": "1.528694024411630100600",
    },
    "kl_mvn_standard": {"trace": "2.9", "mean": "0.69", "constant": "-3", "logdet": "0.4431669752921758779371"},
    "kl_vae_terms": {"trace": "1.99601273059004767133", "mean": "0.69", "constant": "-3", "logdet": "2.3"},
    "kl_normal": {"logdet": "0.6286086594223741377443", "constant": "-1/2"},
}  # fmt: skip


def world(theorem: Theorem) -> Environment:
    """The reference point in the parameters of the theorem; 60 digits must be set."""
    k = sp.Symbol("k", integer=True, positive=True)
    return Environment({k: 3, **{symbol: _value(symbol, theorem.subject) for symbol in theorem.parameters}})


def _value(symbol: sp.Basic, subject: str) -> object:
    if subject == "mvn":
        rows = T[symbol.name].split(";") if symbol.shape[1] != 1 else T[symbol.name].split()
        return tuple(tuple(map(_number, row.split())) for row in rows)
    if subject == "normal":
        return mpmath.log(_number(U[symbol.name.replace("logvar", "var")])) if "logvar" in symbol.name else _number(U[symbol.name])
    stem, label = symbol.name.rstrip("12"), symbol.name[len(symbol.name.rstrip("12")) :]
    powers = {"sigma": mpmath.mpf(1) / 2, "var": 1, "prec": -1}
    if stem not in powers:
        return tuple((_number(entry),) for entry in V[symbol.name].split())
    return tuple((mpmath.exp(powers[stem] * _number(entry)),) for entry in V["logvar" + label].split())


def _number(text: str) -> mpmath.mpf:
    return mpmath.mpf(sp.Rational(text).p) / sp.Rational(text).q


def agrees(found: object, expected: str) -> bool:
    """To every digit that is written; a number that ends before the 15th is exact."""
    written = len(expected.partition(".")[2])
    return abs(found - _number(expected)) < mpmath.mpf(10) ** -(written if written >= 15 else 48)  # type: ignore[operator]


@pytest.mark.parametrize("name", VALUES)
def test_reference_values(name: str) -> None:
    theorem = theorems[name]
    with mpmath.workdps(60):
        found = evaluate(theorem.rhs, world(theorem))
        assert agrees(found, VALUES[name]), mpmath.nstr(found, 25)


@pytest.mark.parametrize("name", TERMS)
def test_reference_values_of_named_terms(name: str) -> None:
    theorem = theorems[name]
    assert [term for term, _ in theorem.terms] == list(TERMS[name])
    with mpmath.workdps(60):
        for term, expression in theorem.terms:
            found = evaluate(expression, world(theorem))
            assert agrees(found, TERMS[name][term]), f"{term}: {mpmath.nstr(found, 25)}"


def test_every_value_of_univariate_and_diagonal_laws_has_a_reference() -> None:
    """But for the standard law in one dimension and for one coordinate: their definitions are integrated, and that is enough."""
    values = {name for name in EQUATIONS_OF_LAWS if "mvn" not in name and isinstance(theorems[name].lhs, (KL, Entropy, CrossEntropy))}
    assert values - VALUES.keys() == {"kl_normal_standard", "kl_vae_per_dim", "kl_vae_per_dim_stable"}


@pytest.mark.parametrize("name", ["entropy_mvn", "cross_entropy_mvn"])
def test_entropies_by_their_textbook_formulas(name: str) -> None:
    """1/2 logdet(2 pi e S1); 1/2 (k log 2 pi + logdet S2 + tr S2^-1 S1 + d' S2^-1 d), from mpmath's own matrices."""
    theorem = theorems[name]
    with mpmath.workdps(60):
        at = {str(symbol): mpmath.matrix([list(row) for row in _value(symbol, "mvn")]) for symbol in theorem.parameters}  # type: ignore[attr-defined]
        if name == "entropy_mvn":
            expected = mpmath.log(mpmath.det(2 * mpmath.pi * mpmath.e * at["Sigma"])) / 2
        else:
            inverse, gap = mpmath.inverse(at["Sigma2"]), at["mu1"] - at["mu2"]
            trace = sum((inverse * at["Sigma1"])[i, i] for i in range(3))
            expected = (3 * mpmath.log(2 * mpmath.pi) + mpmath.log(mpmath.det(at["Sigma2"])) + trace + (gap.T * inverse * gap)[0]) / 2
        assert abs(evaluate(theorem.rhs, world(theorem)) - expected) < mpmath.mpf(10) ** -48


# ---------------------------------------------------------------------------------------------------- refusals


def test_a_value_that_contradicts_the_hypotheses_is_refused_by_name() -> None:
    theorem = theorems["kl_normal"]
    sigma1 = theorem.parameters[1]
    with pytest.raises(MissingAssumption) as refused:
        theorem.specialise({sigma1: sp.S.Zero})
    told = str(refused.value)
    assert "lemma:kl_normal" in told
    assert "Q.positive(0), which is false" in told


def test_a_value_of_unknown_sign_is_refused_until_it_is_declared() -> None:
    theorem = theorems["kl_normal"]
    sigma2, s = theorem.parameters[3], sp.Symbol("s", real=True)
    sigma1 = theorem.parameters[1]
    with pytest.raises(MissingAssumption, match=r"Q\.positive\(s\), which has no answer"):
        theorem.specialise({sigma2: s}, sp.Q.positive(sigma1))
    assert theorem.specialise({sigma2: s}, sp.Q.positive(sigma1), sp.Q.positive(s)).line.has(s)


def test_an_unknown_theorem_is_refused_with_the_nearest_names() -> None:
    assert "kl_norml" not in theorems
    with pytest.raises(UnknownName, match=r"^no theorem is called 'kl_norml'; did you mean kl_normal, "):
        theorems["kl_norml"]


def test_a_theorem_is_derived_once_and_only_when_asked_for() -> None:
    runs: list[str] = []
    library = Library()

    def script() -> Derivation:
        runs.append("run")
        return theorems["kl_normal"].derivation

    library.add("t", Entry(script, "T", "normal", (), (), ""))
    assert list(library) == ["t"]
    assert "t" in library
    assert library.title("t") == "T"
    assert not runs
    assert library["t"] is library["t"]
    assert runs == ["run"]
    with pytest.raises(DeriveError, match="two theorems are called t"):
        library.add("t", Entry(script, "T", "normal", (), (), ""))


def test_a_theorem_that_rests_on_itself_is_refused() -> None:
    library = Library()
    library.add("t", Entry(lambda: library["u"].derivation, "T", "normal", (), (), ""))
    library.add("u", Entry(lambda: library["t"].derivation, "U", "normal", (), (), ""))
    with pytest.raises(DeriveError, match="theorem t rests on itself: t -> u -> t"):
        library["t"]


def test_a_theorem_prints_as_its_derivation_and_is_short_in_a_session() -> None:
    theorem = theorems["kl_normal"]
    assert repr(theorem) == "<Theorem kl_normal: KL divergence between two normal laws, 34 steps>"
    assert str(theorem) == theorem.show("text")
    assert "kl_mvn" in repr(theorems)
