"""Applications of one rule that follow each other are one printed line, with every change marked where it stands."""

import pytest

from closedform.derive.rewrite import Site, at_site
from closedform.derive.show import show
from closedform.derive.show.runs import changed, runs
from closedform.derive.theorems import theorems


@pytest.mark.parametrize("name", list(theorems))
def test_every_step_is_told_once_and_every_mark_is_a_term_that_was_put_in(name: str) -> None:
    steps = theorems[name].derivation.steps
    told = runs(steps)
    assert tuple(step for run in told for step in run) == steps
    for run in told:
        assert len({step.rule for step in run}) == 1
        put_in = [step.new for step in run]
        for site in changed(run):
            assert at_site(run[-1].after, site) in put_in or any(within(step.span, site) for step in run)


def within(inner: Site, outer: Site) -> bool:
    """Was what stands at `outer` changed again, inside, by a later step?"""
    return len(inner.path) >= len(outer.path) and inner.path[: len(outer.path)] == outer.path and inner != outer


def test_a_run_is_one_line_unless_every_step_is_asked_for() -> None:
    theorem = theorems["kl_mvn"]
    assert "log_mul x2" in show(theorem)
    every = show(theorem, every_step=True)
    assert "log_mul x2" not in every
    assert every.count(" log_mul\n") > show(theorem).count(" log_mul\n")


def test_a_note_keeps_its_step_apart() -> None:
    told = runs(theorems["kl_normal"].derivation.steps)
    assert [len(run) for run in told if run[0].note] == [1]
