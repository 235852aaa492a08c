"""The command line: run, verify, check, record, codebook, synthesise."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from rehapro_analysis.paths import REPOSITORY, data_folders
from rehapro_analysis.publishing.destination import prepare
from rehapro_analysis.publishing.manifest import FIGURES, gather
from rehapro_analysis.publishing.notebooks import NOTEBOOKS, NotebookError, chosen_paths, executions, write
from rehapro_analysis.study import StudyError, read_study
from rehapro_analysis.study.days import day_of


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return the exit code: 0 done, 1 something failed or differs."""
    options = _parser().parse_args(arguments)
    try:
        return options.command(options)
    except (StudyError, NotebookError) as error:
        print(error, file=sys.stderr)
        return 1


def run(options: argparse.Namespace) -> int:
    """Run every notebook, or those named: in place with the committed data, else into ``--out``."""
    if (options.data or options.language or options.lock) and not options.out:
        raise StudyError.of("The committed notebooks and figures stay as they are.",
                            "Choose a folder with --out DIR, such as --out my_report.")
    settings = _settings(options)
    read_study(*(options.data or data_folders()))  # bad input is named before any notebook runs
    out = prepare(Path(options.out).resolve()) if options.out else REPOSITORY
    stopped = 0
    for one in executions(chosen_paths(options.notebooks), settings):
        try:
            notebook, seconds = one.result()
        except NotebookError as error:  # the other questions are answered all the same
            stopped += 1
            print(error, file=sys.stderr, flush=True)
            if options.out and error.answered is not None:  # what the data do allow is not lost
                gather(one.out / FIGURES, out / FIGURES)
                write(error.answered, out / NOTEBOOKS.name / one.path.name)
            continue
        gather(one.out / FIGURES, out / FIGURES)
        write(notebook, out / NOTEBOOKS.name / one.path.name)
        print(f"{one.path.stem:<28}{seconds:6.1f} s", flush=True)
    print(f"Notebooks and figures are in {out if options.out else 'notebooks/ and figures/'}"
          f"{f'; {stopped} notebook(s) stopped, see above' if stopped else ''}.")
    return int(stopped > 0)


def verify(options: argparse.Namespace) -> int:
    """Re-execute everything and print for each part identical or what differs."""
    from rehapro_analysis.publishing import verification

    failed = False
    for part, found in verification.verify(options.notebooks):
        print(f"{part}: {'differs' if found else 'identical'}", flush=True)
        for sentence in found:
            print(f"  {sentence}", flush=True)
        failed |= bool(found)
    return int(failed)


def check(options: argparse.Namespace) -> int:
    """Read the study in the given folders and print its tables, or every problem."""
    print(read_study(*options.folders))
    return 0


def record(options: argparse.Namespace) -> int:
    """Write down the data as they stand, so that `verify` names every later change."""
    from rehapro_analysis.study.recorded import write_record

    write_record(REPOSITORY / "data")
    return 0


def codebook(options: argparse.Namespace) -> int:
    """Write data/CODEBOOK.md from the declaration of the tables."""
    from rehapro_analysis.study.codebook import codebook as text

    (REPOSITORY / "data" / "CODEBOOK.md").write_text(text(), encoding="utf-8", newline="\n")
    return 0


def synthesise(options: argparse.Namespace) -> int:
    """Draw the synthetic study again from its seed: the same bytes."""
    from rehapro_analysis.study.synthetic import write_synthetic

    write_synthetic(REPOSITORY / "data" / "synthetic")
    return 0


def _settings(options: argparse.Namespace) -> dict[str, str]:
    settings = {}
    if options.data:
        settings["REHAPRO_DATA"] = os.pathsep.join(str(Path(folder).resolve()) for folder in options.data)
    if options.lock:
        settings["REHAPRO_LOCK"] = f"{day_of(options.lock):%Y-%m-%d}"
    if options.language:
        settings["REHAPRO_LANGUAGE"] = options.language
    return settings


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m rehapro_analysis", description=__doc__)
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    def add(command, **described) -> argparse.ArgumentParser:
        sub = commands.add_parser(command.__name__, help=command.__doc__.splitlines()[0], **described)
        sub.set_defaults(command=command)
        return sub

    running = add(run)
    running.add_argument("notebooks", nargs="*", metavar="NOTEBOOK", help="such as 03_throughput; all if none")
    running.add_argument("--data", action="append", metavar="DIR", help="folder with tables; may be given again")
    running.add_argument("--out", metavar="DIR", help="new folder for executed notebooks and figures; git ignores it")
    running.add_argument("--lock", metavar="DAY", help="day up to which entries and exits are known, as 2022-06-15; "
                                                         "the latest in the data if none")
    running.add_argument("--language", choices=("de", "en"), help="language of the figures shown")
    add(check).add_argument("folders", nargs="+", metavar="DIR")
    add(verify).add_argument("notebooks", nargs="*", metavar="NOTEBOOK", help="such as 03_throughput; all if none")
    for command in (record, codebook, synthesise):
        add(command)
    return parser


if __name__ == "__main__":
    sys.exit(main())
