"""The rooms of the house and who may enter whose: imports go one way."""

from __future__ import annotations

import ast
from collections import Counter

import pytest

import rehapro_analysis as ra
from rehapro_analysis.paths import REPOSITORY

PACKAGE = REPOSITORY / "rehapro_analysis"
GROUND = {"paths", "numerals", "table_words", "results"}
MAY_IMPORT = {
    "paths": set(),
    "numerals": set(),
    "table_words": set(),
    "results": {"paths", "numerals", "table_words"},
    "study": GROUND,
    "retention": GROUND | {"study"},
    "throughput": GROUND | {"study", "retention"},
    "networks": GROUND | {"study", "retention"},
    "indicators": GROUND | {"study", "retention"},
    "figures": GROUND | {"study", "retention", "throughput", "networks", "indicators"},
    "publishing": GROUND | {"study", "figures"},
}


def room(path) -> str:
    parts = path.relative_to(PACKAGE).parts
    return parts[0].removesuffix(".py")


def imported_rooms(path) -> set[str]:
    rooms = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("rehapro_analysis"):
            parts = node.module.split(".")
            rooms |= {parts[1]} if len(parts) > 1 else {alias.name for alias in node.names}
        if isinstance(node, ast.Import):
            rooms |= {alias.name.split(".")[1] for alias in node.names if alias.name.startswith("rehapro_analysis.")}
    return rooms


MODULES = [path for path in sorted(PACKAGE.rglob("*.py")) if room(path) not in ("__init__", "__main__")]


@pytest.mark.parametrize("path", MODULES, ids=[str(path.relative_to(PACKAGE)) for path in MODULES])
def test_a_module_imports_only_what_stands_before_it(path):
    assert imported_rooms(path) - {room(path)} <= MAY_IMPORT[room(path)]


def test_only_figures_know_matplotlib():
    knowing = {room(path) for path in MODULES if "import matplotlib" in path.read_text("utf-8")
               or "from matplotlib" in path.read_text("utf-8")}
    assert knowing <= {"figures"}


def test_modules_stay_small():
    long = {str(path.relative_to(PACKAGE)): path.read_text("utf-8").count("\n") for path in MODULES}
    assert not {name: lines for name, lines in long.items() if lines > 270}


def test_rooms_stay_small():
    rooms = Counter(str(path.parent.relative_to(PACKAGE)) for path in MODULES if path.name != "__init__.py")
    assert not {name: modules for name, modules in rooms.items() if modules > 18}


def test_the_public_names_are_a_decision():
    assert sorted(ra.__all__) == [
        "Result", "Study", "StudyError", "data_folders", "figures", "indicators", "networks", "or_say_why", "publish",
        "read_study", "retention", "study", "throughput",
    ]
    assert all(getattr(ra, name).__doc__ for name in ra.__all__)
