"""What the others compute: the formulas of PyTorch and of TensorFlow Probability and the textbook's, in NumPy; and PyTorch itself.

Each takes the arguments of a kernel by name, in float32 or float64, and keeps that type. No line is written to look worse than it is:
triangular matrices are solved with as such, determinants are products of diagonals where a factor is at hand.
"""

from __future__ import annotations

import importlib.util
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .reference import split

Array = NDArray[np.floating]
Formula = Callable[[Sequence[str], Sequence[Array]], Any]


def solved(L: Array, B: Array) -> Array:
    """L^-1 B by forward substitution."""
    found = np.array(B)
    for i in range(len(L)):
        found[i] = (found[i] - L[i, :i] @ found[:i]) / L[i, i]
    return found


def cholesky(matrix: Array) -> Array:
    """NaN where the matrix is not positive definite."""
    try:
        return np.asarray(np.linalg.cholesky(matrix))
    except np.linalg.LinAlgError:
        return np.full_like(matrix, np.nan)


def factor_of_inverse(P: Array) -> Array:
    """The Cholesky factor of P^-1, as PyTorch has it: from the factor of P upside down."""
    inverse = cholesky(P[::-1, ::-1])[::-1, ::-1].T
    return solved(inverse, np.eye(len(P), dtype=P.dtype))


def laws(names: Sequence[str], values: Sequence[Array]) -> list[dict[str, Array]]:
    """Of either law `mu` and the matrix that was given; of law 2, if nothing was, those of N(0, I)."""
    k, real = len(values[0]), values[0].dtype
    found: dict[str, dict[str, Array]] = {"1": {}, "2": {}}
    for name, value in zip(names, values, strict=True):
        stem, law = split(name)
        found[law][stem] = value
    if not found["2"]:
        found["2"] = {"mu": np.zeros(k, real), "L": np.eye(k, dtype=real)}
    return [found["1"], found["2"]]


def scale_tril(law: dict[str, Array]) -> Array:
    """The factor of the covariance that both libraries work with."""
    if "L" in law:
        return law["L"]
    if "cov" in law:
        return cholesky(law["cov"])
    if "W" in law:
        return cholesky(covariance(law))
    return factor_of_inverse(law["prec"] if "prec" in law else law["R"] @ law["R"].T)


def covariance(law: dict[str, Array]) -> Array:
    if "cov" in law:
        return law["cov"]
    if "W" in law:
        return np.diag(law["d"]) + law["W"] @ law["W"].T
    return law["L"] @ law["L"].T if "L" in law else np.linalg.inv(law["prec"] if "prec" in law else law["R"] @ law["R"].T)


# ---------------------------------------------------------------------------------------------------- values


def torch_formula(names: Sequence[str], values: Sequence[Array]) -> Any:
    """torch/distributions/kl.py, _kl_multivariatenormal_multivariatenormal."""
    one, two = laws(names, values)
    L1, L2 = scale_tril(one), scale_tril(two)
    logarithms = np.log(np.diagonal(L2)).sum() - np.log(np.diagonal(L1)).sum()
    trace, mahalanobis = np.square(solved(L2, L1)).sum(), np.square(solved(L2, two["mu"] - one["mu"])).sum()
    return logarithms + L1.dtype.type(0.5) * (trace + mahalanobis - len(L1))


def tfp_formula(names: Sequence[str], values: Sequence[Array]) -> Any:
    """tensorflow_probability/python/distributions/mvn_linear_operator.py, _kl_brute_force."""
    one, two = laws(names, values)
    L1, L2 = scale_tril(one), scale_tril(two)
    norms = np.square(solved(L2, L1)).sum() + np.square(solved(L2, (two["mu"] - one["mu"])[:, None])).sum()
    return np.log(np.diagonal(L2)).sum() - np.log(np.diagonal(L1)).sum() + L1.dtype.type(0.5) * (-len(L1) + norms)


def textbook(names: Sequence[str], values: Sequence[Array]) -> Any:
    """1/2 [tr(S2^-1 S1) + d' S2^-1 d - k + log(det S2/det S1)], by inverse and log-determinants."""
    one, two = laws(names, values)
    S1, S2 = covariance(one), covariance(two)
    inverse, gap = np.linalg.inv(S2), one["mu"] - two["mu"]
    logarithms = np.linalg.slogdet(S2)[1] - np.linalg.slogdet(S1)[1]
    return S1.dtype.type(0.5) * (np.trace(inverse @ S1) + gap @ inverse @ gap - len(S1) + logarithms)


def torch_itself(names: Sequence[str], values: Sequence[Array]) -> Any:
    """kl_divergence of two MultivariateNormal, or LowRankMultivariateNormal."""
    import torch

    with torch.no_grad():
        return _divergence(names, [torch.from_numpy(np.ascontiguousarray(x)) for x in values]).numpy()


def _divergence(names: Sequence[str], tensors: Sequence[Any]) -> Any:
    import torch

    words = {
        "mu": "loc", "L": "scale_tril", "cov": "covariance_matrix", "prec": "precision_matrix", "W": "cov_factor", "d": "cov_diag",
    }  # fmt: skip
    given: dict[str, dict[str, Any]] = {"1": {}, "2": {}}
    for name, tensor in zip(names, tensors, strict=True):
        stem, law = split(name)
        given[law][words["prec" if stem == "R" else stem]] = tensor @ tensor.mT if stem == "R" else tensor
    k, real = len(tensors[0]), tensors[0].dtype
    if not given["2"]:
        given["2"] = {"loc": torch.zeros(k, dtype=real), "scale_tril": torch.eye(k, dtype=real)}
    low_rank, full = torch.distributions.LowRankMultivariateNormal, torch.distributions.MultivariateNormal
    kinds = [low_rank if "cov_diag" in given[law] else full for law in "12"]
    one, two = (kind(**given[law], validate_args=False) for kind, law in zip(kinds, "12", strict=True))
    return torch.distributions.kl_divergence(one, two)


# ---------------------------------------------------------------------------------------------------- gradients


def automatic(names: Sequence[str], values: Sequence[Array]) -> list[Array] | None:
    """What differentiating the formula of PyTorch or TFP line by line gives, for factors of the covariances."""
    if not {split(name)[0] for name in names} <= {"mu", "L"}:
        return None
    one, two = laws(names, values)
    L1, L2 = one["L"], two["L"]
    M, z = solved(L2, L1), solved(L2, one["mu"] - two["mu"])
    pull = _back(L2, z)
    found = {
        "mu1": pull, "L1": np.tril(_back(L2, M)) - np.diag(1 / np.diagonal(L1)),
        "mu2": -pull, "L2": np.diag(1 / np.diagonal(L2)) - np.tril(_back(L2, M @ M.T + np.outer(z, z))),
    }  # fmt: skip
    return [found["".join(split(name))] for name in names]


def _back(L: Array, B: Array) -> Array:
    """L^-T B."""
    return solved(L.T[::-1, ::-1], B[::-1])[::-1]


def dense(names: Sequence[str], values: Sequence[Array]) -> list[Array]:
    """The textbook's gradients by mean and covariance, and the chain rule from them to the arguments."""
    one, two = laws(names, values)
    S1, S2 = covariance(one), covariance(two)
    P1, P2, gap = np.linalg.inv(S1), np.linalg.inv(S2), one["mu"] - two["mu"]
    half = S1.dtype.type(0.5)
    by_mean = {"1": P2 @ gap, "2": -P2 @ gap}
    by_cov = {"1": half * (P2 - P1), "2": half * (P2 - P2 @ (S1 + np.outer(gap, gap)) @ P2)}
    found = []
    for name, value in zip(names, values, strict=True):
        stem, law = split(name)
        G, S = by_cov[law], {"1": S1, "2": S2}[law]
        H = -S @ G @ S if stem in ("prec", "R") else G
        chain = {
            "mu": lambda law=law: by_mean[law], "cov": lambda G=G: G, "prec": lambda H=H: H, "d": lambda G=G: np.diagonal(G),
            "W": lambda G=G, W=value: 2 * G @ W, "L": lambda G=G, L=value: np.tril(2 * G @ L), "R": lambda H=H, R=value: np.tril(2 * H @ R),
        }  # fmt: skip
        found.append(chain[stem]())
    return found


def torch_autograd(names: Sequence[str], values: Sequence[Array]) -> list[Array]:
    """kl_divergence differentiated by PyTorch."""
    import torch

    tensors = [torch.from_numpy(np.ascontiguousarray(x)).requires_grad_() for x in values]
    found = torch.autograd.grad(_divergence(names, tensors), tensors)
    return [np.tril(x.numpy()) if split(name)[0] in "LR" else x.numpy() for name, x in zip(names, found, strict=True)]


HAS_TORCH = importlib.util.find_spec("torch") is not None
VALUES: dict[str, Formula] = {"torch formula": torch_formula, "TFP formula": tfp_formula, "textbook": textbook}
GRADIENTS: dict[str, Formula] = {"autograd": automatic, "textbook": dense}
if HAS_TORCH:
    VALUES["torch"], GRADIENTS["torch"] = torch_itself, torch_autograd
