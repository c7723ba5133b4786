"""What theorems are about, and how those about the gradient of another are called."""

from __future__ import annotations

from collections.abc import Iterable

SUBJECTS = {
    "divergence": "Divergences of any laws",
    "normal": "Normal laws",
    "mvn": "Multivariate normal laws",
    "normal_diag": "Normal laws with independent coordinates",
    "vae": "Variational autoencoders",
    "terms": "What each term does",
    "matrices": "Lemmas about matrices",
}
GRADIENT = "_by_"  # kl_normal_by_mu1


def in_order(subjects: Iterable[str]) -> list[str]:
    """The known subjects as a course would take them, then the others by name."""
    known = list(SUBJECTS)
    return sorted(subjects, key=lambda subject: (known.index(subject) if subject in known else len(known), subject))
