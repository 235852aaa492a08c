"""The set-up: one environment in three files, and a starter that says plainly what it does."""

from __future__ import annotations

import ast
import importlib.util
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
LOCKED = ("requirements.lock", "pyproject.toml")
CARD = {"jupyterlab", "pandas", "statsmodels", "networkx", "matplotlib", "nbval"}
PINNED = re.compile(r"(?P<name>[\w.-]+)(?:~=|==|=)(?P<minor>\d+\.\d+)")


def minors(lines) -> dict[str, str]:
    """Name and first two numbers of the version of each requirement among the lines."""
    found = (PINNED.match(line.strip().removeprefix("- ")) for line in lines)
    return {match["name"].lower(): match["minor"] for match in found if match}


def text(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def project() -> dict:
    return tomllib.loads(text("pyproject.toml"))


@pytest.fixture(scope="module")
def declared(project) -> dict[str, str]:
    groups = project["dependency-groups"]
    return minors([*project["project"]["dependencies"], *groups["build"], *groups["test"]])


@pytest.fixture
def run():
    """run.py, loaded afresh as a module."""
    spec = importlib.util.spec_from_file_location("run", ROOT / "run.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def rehearsal(run, tmp_path, monkeypatch):
    """run.py in a checkout of its own, where steps are only noted and `fails` may name one that fails."""
    venv = tmp_path / ".venv"
    places = {"HERE": tmp_path, "VENV": venv, "PYTHON": venv / "python", "STAMP": venv / "lock.sha256"}
    for name, place in places.items():
        monkeypatch.setattr(run, name, place)
    for name in LOCKED:
        (tmp_path / name).write_text(name)
    run.steps, run.fails = [], None

    def note(title, command):
        run.steps.append(title)
        venv.mkdir(exist_ok=True)
        run.PYTHON.touch()
        if title == run.fails:
            sys.exit(1)

    monkeypatch.setattr(run, "step", note)
    return run


def test_environment_and_lock_hold_the_minor_versions_that_pyproject_declares(declared):
    lock = minors(text("requirements.lock").splitlines())
    assert {name: lock.get(name) for name in declared} == declared
    conda = minors(text("environment.yml").splitlines())
    conda.pop("python")
    assert conda.items() <= declared.items()


def test_environment_offers_the_six_packages_of_the_card_and_this_package():
    lines = text("environment.yml").splitlines()
    assert minors(lines).keys() >= CARD
    assert [line.strip() for line in lines[-2:]] == ["- pip:", "- -e ."]


def test_one_oldest_python_is_named_everywhere(project, run):
    oldest = "{}.{}".format(*run.OLDEST)
    assert project["project"]["requires-python"] == f">={oldest}"
    assert project["tool"]["ruff"]["target-version"] == "py" + oldest.replace(".", "")
    assert minors(text("environment.yml").splitlines())["python"] == oldest


def test_every_locked_package_is_exact_and_hashed():
    lock = text("requirements.lock").replace("\\\n", " ").splitlines()
    assert len(lock) > 100
    exact = re.compile(r"[\w.-]+==[\w.]+( ; .+?)?\s+(--hash=sha256:[0-9a-f]{64}\s*)+")
    assert [line for line in lock if not exact.fullmatch(line)] == []


def test_the_lock_holds_one_version_of_a_package_for_every_system():
    names = re.findall(r"^([\w.-]+)==", text("requirements.lock"), flags=re.MULTILINE)
    assert len(names) == len(set(names))


def test_no_address_and_no_index_is_named():
    for name in (*LOCKED, "environment.yml"):
        assert "://" not in text(name), name
    assert re.findall("index|find-links", text("requirements.lock") + text("environment.yml")) == []


def test_no_second_lock_with_download_addresses_lies_beside_the_first():
    assert [path.name for path in ROOT.glob("*lock*")] == ["requirements.lock"]


def test_run_imports_only_the_standard_library():
    tree = ast.parse(text("run.py"))
    names = {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
    names |= {node.module for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    assert {name.split(".")[0] for name in names} <= sys.stdlib_module_names


def test_an_old_python_can_read_run_and_is_refused_in_one_sentence():
    ast.parse(text("run.py"), feature_version=(3, 6))
    lie = "import runpy, sys; sys.version_info = (3, 9, 2); runpy.run_path('run.py', run_name='__main__')"
    done = subprocess.run([sys.executable, "-c", lie], cwd=ROOT, capture_output=True, text=True)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.strip() == "Python 3.11 or newer is needed, this is 3.9."


def test_an_unknown_verb_is_refused_and_the_verbs_are_named():
    done = subprocess.run([sys.executable, ROOT / "run.py", "fly"], capture_output=True, text=True)
    assert done.returncode == 1
    assert done.stderr.strip() == 'There is no "fly": use "run.py", "run.py test" or "run.py lab".'


def test_a_second_start_sets_nothing_up(rehearsal):
    rehearsal.set_up()
    assert len(rehearsal.steps) == 3
    rehearsal.set_up()
    assert len(rehearsal.steps) == 3


@pytest.mark.parametrize("number", [0, 1, 2])
def test_a_failed_step_leaves_no_stamp_and_the_next_start_repeats_everything(rehearsal, number):
    rehearsal.set_up()
    complete = list(rehearsal.steps)
    rehearsal.STAMP.unlink()
    rehearsal.fails = complete[number]
    with pytest.raises(SystemExit):
        rehearsal.set_up()
    assert not rehearsal.STAMP.exists()
    rehearsal.fails = None
    rehearsal.steps.clear()
    rehearsal.set_up()
    assert rehearsal.steps == complete
    assert rehearsal.STAMP.exists()


@pytest.mark.parametrize("name", LOCKED)
def test_a_changed_declaration_sets_up_again(rehearsal, name):
    rehearsal.set_up()
    (rehearsal.HERE / name).write_text("changed")
    rehearsal.set_up()
    assert len(rehearsal.steps) == 6


def test_an_environment_without_its_python_is_set_up_again(rehearsal):
    rehearsal.set_up()
    rehearsal.PYTHON.unlink()
    rehearsal.set_up()
    assert len(rehearsal.steps) == 6


def test_a_moved_checkout_sets_up_again(rehearsal, monkeypatch):
    rehearsal.set_up()
    moved = rehearsal.HERE / "moved"
    moved.mkdir()
    for name in LOCKED:
        (moved / name).write_text(name)
    monkeypatch.setattr(rehearsal, "HERE", moved)
    rehearsal.set_up()
    assert len(rehearsal.steps) == 6


SIDE_BY_SIDE = ["pytest", "-n", "logical", "--maxprocesses", "4", "--dist", "loadfile"]


@pytest.mark.parametrize(
    ("arguments", "module", "in_checkout"),
    [
        ([], ["rehapro_analysis", "run"], False),
        (["--data", "mine"], ["rehapro_analysis", "run", "--data", "mine"], False),
        (["test", "-k", "curves"], [*SIDE_BY_SIDE, "-k", "curves"], True),
        (["lab"], ["jupyterlab", "notebooks"], True),
    ],
)
def test_options_go_on_and_the_exit_code_comes_back(rehearsal, monkeypatch, arguments, module, in_checkout):
    started = []
    monkeypatch.setattr(rehearsal, "hand_over", lambda module, folder: started.append((module, folder)) or 7)
    assert rehearsal.main(arguments) == 7
    assert started == [(module, str(rehearsal.HERE) if in_checkout else None)]


def test_what_is_started_runs_on_one_thread_with_a_fixed_hash_seed(run, monkeypatch, tmp_path):
    monkeypatch.setattr(run, "PYTHON", Path(sys.executable))
    for name in run.STEADY:
        monkeypatch.delenv(name, raising=False)
    (tmp_path / "probe.py").write_text(
        "import os, sys\n"
        "steady = {'OPENBLAS_NUM_THREADS': '1', 'PYTHONHASHSEED': '0', 'MPLBACKEND': 'Agg'}\n"
        "sys.exit(5 if steady.items() <= os.environ.items() else 1)\n"
    )
    assert run.hand_over(["probe"], folder=str(tmp_path)) == 5


def test_an_interruption_ends_with_a_sentence_and_130(rehearsal, monkeypatch, capsys):
    def interrupted(module, folder):
        raise KeyboardInterrupt

    monkeypatch.setattr(rehearsal, "hand_over", interrupted)
    assert rehearsal.main([]) == 130
    assert "Stopped at your request" in capsys.readouterr().err


def test_a_step_shows_its_output_only_if_it_fails(run, capfd):
    run.step("Quiet", [sys.executable, "-c", "print('chatter')"])
    assert "chatter" not in capfd.readouterr().out
    with pytest.raises(SystemExit) as stopped:
        run.step("Loud", [sys.executable, "-c", "print('the reason'); raise SystemExit(3)"])
    shown = capfd.readouterr()
    assert stopped.value.code == 3
    assert "the reason" in shown.out
    assert "Loud failed" in shown.err
