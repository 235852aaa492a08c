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
def run(tmp_path, monkeypatch):
    """run.py as a module whose checkout is an empty folder and whose steps are only noted."""
    spec = importlib.util.spec_from_file_location("run", ROOT / "run.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    for name in ("requirements.lock", "pyproject.toml"):
        (tmp_path / name).write_text(name)
    venv = tmp_path / ".venv"
    places = {"HERE": tmp_path, "VENV": venv, "PYTHON": venv / "python", "STAMP": venv / "lock.sha256"}
    for name, place in places.items():
        monkeypatch.setattr(module, name, place)
    module.steps = []
    monkeypatch.setattr(module, "step", lambda title, command: pretend(module, title))
    return module


def pretend(module, title, fails=None) -> None:
    """Note a step; the first one leaves a Python behind, the failing one ends the program."""
    module.steps.append(title)
    module.VENV.mkdir(exist_ok=True)
    module.PYTHON.touch()
    if title == fails:
        sys.exit(1)


def old_python(script: str) -> subprocess.CompletedProcess:
    lie = "import runpy, sys; sys.version_info = (3, 9, 2); sys.argv = ['run.py']; "
    return subprocess.run([sys.executable, "-c", lie + script], cwd=ROOT, capture_output=True, text=True)


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
    assert [line for line in lock if not re.fullmatch(r"[\w.-]+==[\w.]+( ; .+?)?\s+(--hash=sha256:\w{64}\s*)+", line)] == []


def test_the_lock_holds_one_version_of_a_package_for_every_system():
    names = re.findall(r"^([\w.-]+)==", text("requirements.lock"), flags=re.MULTILINE)
    assert len(names) == len(set(names))


@pytest.mark.parametrize("name", ["requirements.lock", "environment.yml", "pyproject.toml"])
def test_no_host_and_no_index_is_named(name):
    assert re.findall(r"\w+://|--\S*index\S*|find-links .*", text(name).replace("--no-emit-", "")) == [] \
        or name == "pyproject.toml" and "://" not in text(name)


def test_no_second_lock_with_download_addresses_lies_beside_the_first():
    assert [path.name for path in ROOT.glob("*lock*")] == ["requirements.lock"]


def test_run_imports_only_the_standard_library():
    tree = ast.parse(text("run.py"))
    names = {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
    names |= {node.module for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    assert {name.split(".")[0] for name in names} <= sys.stdlib_module_names


def test_an_old_python_can_read_run_and_is_refused_in_one_sentence():
    ast.parse(text("run.py"), feature_version=(3, 6))
    done = old_python("runpy.run_path('run.py', run_name='__main__')")
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.strip() == "Python 3.11 or newer is needed, this is 3.9."


def test_an_unknown_verb_is_refused_and_the_verbs_are_named():
    done = subprocess.run([sys.executable, ROOT / "run.py", "fly"], capture_output=True, text=True)
    assert done.returncode == 1
    assert done.stderr.strip() == 'There is no "fly": use "run.py", "run.py test" or "run.py lab".'


def test_a_second_start_sets_nothing_up(run):
    run.set_up()
    assert len(run.steps) == 3
    run.set_up()
    assert len(run.steps) == 3


@pytest.mark.parametrize("number", [0, 1, 2])
def test_a_failed_step_leaves_no_stamp_and_the_next_start_repeats_everything(run, monkeypatch, number):
    run.set_up()
    complete = list(run.steps)
    run.STAMP.unlink()
    failing = complete[number]
    with monkeypatch.context() as patch, pytest.raises(SystemExit):
        patch.setattr(run, "step", lambda title, command: pretend(run, title, fails=failing))
        run.set_up()
    assert not run.STAMP.exists()
    run.steps.clear()
    run.set_up()
    assert run.steps == complete
    assert run.STAMP.exists()


@pytest.mark.parametrize("changed", ["requirements.lock", "pyproject.toml", ".venv/python"])
def test_a_changed_declaration_or_a_missing_python_sets_up_again(run, changed):
    run.set_up()
    path = run.HERE / changed
    path.unlink() if path == run.PYTHON else path.write_text("changed")
    run.set_up()
    assert len(run.steps) == 6


def test_a_moved_checkout_sets_up_again(run, tmp_path, monkeypatch):
    run.set_up()
    (tmp_path / "moved").mkdir()
    for name in ("requirements.lock", "pyproject.toml"):
        (tmp_path / "moved" / name).write_text(name)
    monkeypatch.setattr(run, "HERE", tmp_path / "moved")
    run.set_up()
    assert len(run.steps) == 6


@pytest.mark.parametrize(
    ("arguments", "module", "in_checkout"),
    [
        ([], ["rehapro_analysis", "run"], False),
        (["--data", "mine", "--out", "there"], ["rehapro_analysis", "run", "--data", "mine", "--out", "there"], False),
        (["test", "-k", "curves"], ["pytest", "-k", "curves"], True),
        (["lab"], ["jupyterlab", "notebooks"], True),
    ],
)
def test_options_are_handed_on_and_the_exit_code_comes_back(run, monkeypatch, arguments, module, in_checkout):
    started = []
    monkeypatch.setattr(run, "hand_over", lambda module, folder: started.append((module, folder)) or 7)
    assert run.main(arguments) == 7
    assert started == [(module, str(run.HERE) if in_checkout else None)]


def test_what_is_started_runs_on_one_thread_with_a_fixed_hash_seed(run, monkeypatch, tmp_path):
    monkeypatch.setattr(run, "PYTHON", Path(sys.executable))
    (tmp_path / "probe.py").write_text(
        "import os, sys; e = os.environ\n"
        "sys.exit(5 if e['OPENBLAS_NUM_THREADS'] == '1' and e['PYTHONHASHSEED'] == '0' else 1)"
    )
    assert run.hand_over(["probe"], folder=str(tmp_path)) == 5


def test_an_interruption_ends_with_a_sentence_and_130(run, monkeypatch, capsys):
    def interrupted(module, folder):
        raise KeyboardInterrupt

    monkeypatch.setattr(run, "hand_over", interrupted)
    assert run.main([]) == 130
    assert "Stopped at your request" in capsys.readouterr().err


def test_a_failing_step_shows_its_output_and_a_passing_one_does_not(capfd):
    spec = importlib.util.spec_from_file_location("run", ROOT / "run.py")
    run = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(run)
    run.step("Quiet", [sys.executable, "-c", "print('chatter')"])
    assert "chatter" not in capfd.readouterr().out
    with pytest.raises(SystemExit) as stopped:
        run.step("Loud", [sys.executable, "-c", "print('the reason'); raise SystemExit(3)"])
    shown = capfd.readouterr()
    assert stopped.value.code == 3
    assert "the reason" in shown.out
    assert "Loud failed" in shown.err
