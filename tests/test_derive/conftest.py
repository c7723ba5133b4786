"""The list of sabotages at the end of the test output: what was done to a rule or step, and who refuted it."""

from collections.abc import Iterator

import pytest


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    sabotages = sorted(set(_recorded(terminalreporter, "sabotage")))
    if sabotages:
        terminalreporter.section(f"{len(sabotages)} sabotages, each refuted")
        for line in sabotages:
            terminalreporter.write_line(line)
    mutations = list(_recorded(terminalreporter, "mutations"))
    if mutations:
        terminalreporter.section(f"{sum(map(int, mutations))} mutations of {len(mutations)} rules, each refuted")


def _recorded(terminalreporter: pytest.TerminalReporter, what: str) -> Iterator[str]:
    for reports in terminalreporter.stats.values():
        for report in reports:
            if getattr(report, "when", "") == "call":
                yield from (str(value) for name, value in report.user_properties if name == what)
