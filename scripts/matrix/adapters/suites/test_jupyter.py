"""Jupyter: a notebook that nbconvert runs."""

from __future__ import annotations

from pathlib import Path

import nbformat
import pytest
from nbconvert.preprocessors import CellExecutionError, ExecutePreprocessor

CELLS = [
    "%load_ext opensandbox.integrations.jupyter",
    "%%sandbox\nx = 41\nprint('out')\nx + 1",
    "%%sandbox\nclass H:\n    def _repr_html_(self): return f'<b>{x}</b>'\nH()",
    "%%sandbox --shell\nuname -s",
    "%sandbox",
]


def executed(tmp_path: Path, *cells: str) -> list:
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell) for cell in cells])
    ExecutePreprocessor(timeout=120).preprocess(notebook, {"metadata": {"path": str(tmp_path)}})
    return [cell.outputs for cell in notebook.cells]


def test_notebook(tmp_path: Path) -> None:
    _, first, html, shell, chosen = executed(tmp_path, *CELLS)
    printed = [output.text for output in first if output.get("name") == "stdout"]
    values = [output.data["text/plain"] for output in first if output.output_type == "display_data"]
    assert (printed, values) == (["out\n"], ["42"])
    assert html[0].data["text/html"] == "<b>41</b>"
    assert shell[0].text == "Linux\n"
    assert chosen[0].text.startswith("SandboxSync(")


def test_a_cell_that_fails_fails_the_notebook(tmp_path: Path) -> None:
    with pytest.raises(CellExecutionError, match="ZeroDivisionError in the sandbox"):
        executed(tmp_path, CELLS[0], "%%sandbox\n1 / 0")
