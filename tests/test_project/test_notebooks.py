"""The notebooks run from top to bottom and still print what is stored in them.

No Jupyter is needed: cells are Python, run one after the other in one namespace, and what the last expression of a cell shows is asked
of it as a notebook would ask. `pytest --update-golden` stores what they show now.
"""

from __future__ import annotations

import ast
import contextlib
import io
import json
from pathlib import Path
from typing import Any

import pytest

from closedform.derive.theorems import theorems

NOTEBOOKS = sorted((Path(__file__).resolve().parents[1] / "notebooks").glob("*.ipynb"))
RICH = {"text/html": "_repr_html_", "text/latex": "_repr_latex_"}


def run(source: str, names: dict[str, Any], count: int) -> list[dict[str, Any]]:
    """The outputs of a cell, in the form in which a notebook stores them."""
    body = ast.parse(source).body
    shown = body.pop() if body and isinstance(body[-1], ast.Expr) else None
    value = None
    with contextlib.redirect_stdout(io.StringIO()) as printed:
        exec(compile(ast.Module(body, []), f"<cell {count}>", "exec"), names)
        if isinstance(shown, ast.Expr):
            value = eval(compile(ast.Expression(shown.value), f"<cell {count}>", "eval"), names)
    outputs: list[dict[str, Any]] = []
    if printed.getvalue():
        outputs.append({"name": "stdout", "output_type": "stream", "text": lines(printed.getvalue())})
    if value is not None:
        data = {kind: lines(getattr(value, method)()) for kind, method in RICH.items() if hasattr(value, method)}
        shown_data = data or {"text/plain": lines(repr(value))}
        outputs.append({"data": shown_data, "execution_count": count, "metadata": {}, "output_type": "execute_result"})
    return outputs


def lines(text: str) -> list[str]:
    return text.splitlines(keepends=True)


def executed(notebook: dict[str, Any]) -> dict[str, Any]:
    names: dict[str, Any] = {"__name__": "__main__"}
    count = 0
    cells = []
    for cell in notebook["cells"]:
        if cell["cell_type"] == "code":
            count += 1
            cell = cell | {"execution_count": count, "outputs": run("".join(cell["source"]), names, count)}
        cells.append(cell)
    return notebook | {"cells": cells}


def test_there_is_a_notebook() -> None:
    assert NOTEBOOKS


@pytest.mark.parametrize("file", NOTEBOOKS, ids=lambda file: file.stem)
def test_a_notebook_shows_what_it_stores(file: Path, request: pytest.FixtureRequest) -> None:
    text = file.read_text(encoding="utf-8")
    found = executed(json.loads(text))
    if request.config.getoption("--update-golden"):
        file.write_text(json.dumps(found, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
        return
    for now, stored in zip(found["cells"], json.loads(text)["cells"], strict=True):
        assert now == stored, f"{file.name}, {stored['id']}: if that is right, pytest --update-golden"


def test_the_lesson_refutes_the_mistake_and_nothing_else() -> None:
    names: dict[str, Any] = {}
    for cell in json.loads(NOTEBOOKS[0].read_text(encoding="utf-8"))["cells"]:
        if cell["cell_type"] == "code":
            run("".join(cell["source"]), names, 1)
            if "wrong" in names and "tired" in names and names["report"].theorem == "mean_square_tired":
                break
    verdicts = {step.rule: str(step.verdict) for step in names["report"].steps}
    assert verdicts.pop("square_of_tired_sum") == "refuted"
    assert "refuted" not in verdicts.values()
    assert str(names["mean_square"].check().verdict).startswith(("proved", "checked"))


def test_theorems_and_derivations_show_richly() -> None:
    theorem = theorems["kl_definition"]
    for value in (theorem, theorem.derivation):
        assert "<table>" in value._repr_html_()
        assert value._repr_latex_().startswith("$$")
