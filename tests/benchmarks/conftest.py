"""The figures of a run beside their goals, at the end of its output."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest


@pytest.fixture
def goal(record_property: Callable[[str, object], None]) -> Callable[..., None]:
    """goal(what, measured, limit): a benchmark, whose quickest round counts, or a number; and what it should be."""

    def record(what: str, measured: Any, limit: str = "") -> None:
        figure = measured if isinstance(measured, int) else f"{measured.stats.stats.min:.2f} s"
        record_property("goal", (what, str(figure), f"goal: {limit}" if limit else ""))

    return record


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    reports = [report for found in terminalreporter.stats.values() for report in found if getattr(report, "when", "") == "call"]
    rows = [value for report in reports for name, value in report.user_properties if name == "goal"]
    if rows:
        terminalreporter.section("figures and goals")
        for what, figure, limit in rows:
            terminalreporter.write_line(f"{what:40} {figure:>8}   {limit}".rstrip())
