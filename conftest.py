"""Make notebooks comparable: steady kernels, a scratch place for figures, honest semicolons."""

from __future__ import annotations

import os
import tempfile

import pytest
from nbval.kernel import RunningKernel

from rehapro_analysis.publishing.notebooks import STEADY

collect_ignore_glob = ["tests/reference/*"]  # scripts that made the numbers, run by hand

_scratch = tempfile.TemporaryDirectory(prefix="rehapro-figures-")
os.environ.update(STEADY)
os.environ["REHAPRO_OUT"] = _scratch.name  # of this process: notebooks tested side by side must not meet


def _execute_with_history(self, cell_input, allow_stdin=None):
    # nbval 0.11 runs cells without history; IPython then overlooks a trailing semicolon
    # and shows an output that the stored notebook does not have (nbval issue 194).
    return self.kc.execute(cell_input, store_history=True, allow_stdin=allow_stdin, stop_on_error=False)


RunningKernel.execute_cell_input = _execute_with_history


@pytest.fixture
def scratch_out(tmp_path, monkeypatch):
    """An output folder of one test's own."""
    monkeypatch.setenv("REHAPRO_OUT", str(tmp_path))
    return tmp_path
