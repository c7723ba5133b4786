"""Theorems become kernels: what is read from a theorem, and what is refused."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import pytest
import sympy as sp
from sympy import Q

from closedform.codegen.arrange import LoweringError
from closedform.codegen.catalogue import catalogue, kernels, waiting
from closedform.codegen.kernel import Accumulate, Assign, Loop, Role, Store
from closedform.codegen.lower import lower, lower_terms
from closedform.derive.derivation import Derivation, Theorem
from closedform.derive.theorems import theorems

NAMES = ("mu1", "sigma1", "mu2", "sigma2")


def gradients(kernel: str, names: tuple[str, ...] = NAMES) -> list[Theorem]:
    return [theorems[f"{kernel}_by_{name}"] for name in names]


def ending(theorem: Theorem, line: sp.Basic) -> Theorem:
    """The theorem with another last line. Nothing proves it: it is here to be refused."""
    return replace(theorem, derivation=replace(theorem.derivation, steps=(replace(theorem.derivation.steps[-1], after=line),)), terms=())


def starting(theorem: Theorem, start: sp.Basic) -> Theorem:
    return replace(theorem, derivation=replace(theorem.derivation, start=start))


def test_arguments_come_from_the_theorem() -> None:
    kernel = lower("kl_normal", theorems["kl_normal_stable"])
    assert [(part.name, part.law, part.positive, part.dims) for part in kernel.arguments] == [
        ("mu1", 1, False, ()), ("sigma1", 1, True, ()), ("mu2", 2, False, ()), ("sigma2", 2, True, ()),
    ]  # fmt: skip
    assert kernel.signature == "(),(),(),()->()"
    assert not kernel.reduces
    assert kernel.theorem == "kl_normal_stable"
    assert kernel.digest == theorems["kl_normal_stable"].digest


def test_columns_become_one_loop() -> None:
    kernel = lower("kl_vae_value_and_grad", theorems["kl_vae_stable"], gradients("kl_vae", ("mu", "logvar")))
    (loop,) = kernel.body
    assert isinstance(loop, Loop)
    assert loop.extent == "k"
    assert [type(part) for part in loop.body] == [Accumulate, Store, Store]
    assert kernel.signature == "(k),(k)->(),(k),(k)"
    assert [(part.name, part.role, part.gradient_by) for part in kernel.results] == [
        ("kl", Role.DIVERGENCE, None), ("by_mu", Role.GRADIENT, "mu"), ("by_logvar", Role.GRADIENT, "logvar"),
    ]  # fmt: skip


def test_value_and_gradients_share_what_they_have_in_common() -> None:
    kernel = lower("kl_normal_value_and_grad", theorems["kl_normal_stable"], gradients("kl_normal"))
    targets = [str(part.target) for part in kernel.statements if isinstance(part, Assign)]
    assert "mean" in targets
    assert len(targets) == len(set(targets))
    values = [part.value for part in kernel.statements if isinstance(part, Assign)]
    assert len(values) == len(set(values))
    assert len(kernel.sources) == 5
    assert kernel.digest not in {source.digest for source in kernel.sources}


def test_terms_lose_their_sign_and_constants_are_left_out() -> None:
    kernel = lower_terms("kl_vae_terms", theorems["kl_vae_terms"])
    assert [part.name for part in kernel.results] == ["trace", "mean", "logdet"]
    assert [str(part.value) for part in kernel.statements] == ["exp(logvar)", "mu*mu", "logvar"]


def test_a_gradient_of_something_else_is_refused() -> None:
    wrong = [*gradients("kl_normal")[:3], theorems["kl_normal_by_mu1"]]
    with pytest.raises(LoweringError, match=r"theorem kl_normal_by_mu1 states .* but the gradient of .* by sigma2 is needed"):
        lower("kl_normal_value_and_grad", theorems["kl_normal_stable"], wrong)
    with pytest.raises(LoweringError, match="4 parameters, but 2 theorems of gradients"):
        lower("kl_normal_value_and_grad", theorems["kl_normal_stable"], wrong[:2])


def test_a_gradient_that_assumes_more_is_refused() -> None:
    value, *rest = gradients("kl_normal")
    facts = value.hypotheses.also(Q.positive(sp.Symbol("mu1", real=True)))
    stronger = replace(value, derivation=replace(value.derivation, facts=facts))
    with pytest.raises(LoweringError, match=r"kl_normal_by_mu1 needs Q\.positive\(mu1\)"):
        lower("kl_normal_value_and_grad", theorems["kl_normal_stable"], [stronger, *rest])


def test_a_line_that_is_no_sum_over_dimensions_is_refused() -> None:
    stable = theorems["kl_normal_diag_stable"]
    with pytest.raises(LoweringError, match="a kernel of columns needs a sum over dimensions"):
        lower("kl", ending(stable, sp.S.One))
    with pytest.raises(LoweringError, match="must be the whole of it"):
        lower("kl", ending(stable, sp.Pow(stable.rhs, 2, evaluate=False)))


def test_symbols_that_are_no_parameters_are_refused() -> None:
    stable = theorems["kl_normal_stable"]
    with pytest.raises(LoweringError, match="kernel kl: its formula contains epsilon"):
        lower("kl", ending(stable, sp.Symbol("epsilon", real=True)))


def test_theorems_that_are_no_divergence_are_refused() -> None:
    with pytest.raises(LoweringError, match="kernels are made of a KL divergence"):
        lower("entropy", theorems["entropy_normal"])
    with pytest.raises(LoweringError, match="names no parameters"):
        lower("kl", replace(theorems["kl_normal_stable"], parameters=()))
    with pytest.raises(LoweringError, match="Sigma1 is no column"):
        lower("kl_mvn", theorems["kl_mvn"])
    with pytest.raises(LoweringError, match="names no terms"):
        lower_terms("kl_vae_terms", replace(theorems["kl_vae_terms"], terms=()))


def test_an_inequality_has_no_kernel() -> None:
    theorem = theorems["kl_normal_stable"]
    last = replace(theorem.derivation.steps[-1], line_relation=">=")
    with pytest.raises(LoweringError, match="is an inequality"):
        lower("kl", replace(theorem, derivation=replace(theorem.derivation, steps=(*theorem.derivation.steps[:-1], last))))


# ---------------------------------------------------------------------------------------------------- the catalogue

PROMISED = {
    f"kl_{law}{suffix}{form}"
    for law, suffixes in (
        ("normal", ("", "_var", "_logvar", "_prec")),
        ("normal_diag", ("", "_var", "_logvar", "_prec")),
        ("vae", ("", "_var", "_sigma", "_per_dim")),
    )
    for suffix in suffixes
    for form in ("", "_value_and_grad")
} | {"kl_vae_terms"}  # fmt: skip


def test_the_promised_kernels_are_made() -> None:
    assert {entry.name for entry in catalogue(theorems)} >= PROMISED


def test_every_stable_theorem_has_its_kernels() -> None:
    made = {kernel.name: kernel for kernel in kernels(theorems)}
    later = waiting(theorems)
    stable = [name.removesuffix("_stable") for name in theorems if name.endswith("_stable") and name not in later]
    assert stable
    for name in stable:
        assert made[name].theorem == made[name + "_value_and_grad"].theorem == name + "_stable"


def test_theorems_with_matrices_wait() -> None:
    library = {"kl_mvn_stable": theorems["kl_mvn"], "kl_normal_stable": theorems["kl_normal_stable"]}
    assert waiting(library) == ("kl_mvn_stable",)
    assert [entry.name for entry in catalogue(library)] == ["kl_normal", "kl_normal_value_and_grad"]


def without(name: str) -> Mapping[str, Theorem]:
    return {key: theorems[key] for key in theorems if key.startswith("kl_normal") and key != name}


def test_a_missing_gradient_is_told() -> None:
    with pytest.raises(LoweringError) as caught:
        kernels(without("kl_normal_by_sigma2"))
    told = "kernel kl_normal_value_and_grad is made from theorem kl_normal_by_sigma2, which is missing; there are "
    assert str(caught.value).startswith(told)
    with pytest.raises(LoweringError, match="no theorem is called"):
        kernels({})


def test_names_are_unique_and_in_order() -> None:
    names = [entry.name for entry in catalogue(theorems)]
    assert names == sorted(set(names))


def test_a_derivation_without_steps_is_a_value(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing but the last line is read, however it was reached."""
    stable = theorems["kl_normal_stable"]
    direct = replace(stable, derivation=Derivation(stable.rhs, stable.hypotheses))
    with pytest.raises(LoweringError, match="kernels are made of a KL divergence"):
        lower("kl", direct)
