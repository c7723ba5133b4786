"""The list of sabotages at the end of the test output: what was done to a rule or step, and who refuted it."""

import pytest


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    found = {
        str(value)
        for reports in terminalreporter.stats.values()
        for report in reports
        for name, value in getattr(report, "user_properties", ())
        if name == "sabotage"
    }
    if found:
        terminalreporter.section(f"{len(found)} sabotages refuted")
        for line in sorted(found):
            terminalreporter.write_line(line)
