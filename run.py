"""Set up the environment if needed, then start what was asked for.

python3 run.py [--data DIR] [--out DIR] [--language de] [--lock DAY]   notebooks and figures
python3 run.py test [options of pytest]                   tests and the stored outputs of the notebooks
python3 run.py lab                                        the notebooks in JupyterLab
"""
import hashlib  # only the standard library, and the syntax of Python 3.6: an older Python gets a sentence
import os
import subprocess
import sys
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent
VENV = HERE / ".venv"
PYTHON = VENV / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
STAMP = VENV / "lock.sha256"
OLDEST = (3, 11)
VERBS = {None: ["rehapro_analysis", "run"], "lab": ["jupyterlab", "notebooks"],
         "test": ["pytest", "-n", "logical", "--maxprocesses", "4", "--dist", "loadfile"]}
STEADY = {"PYTHONHASHSEED": "0", "PYTHONUTF8": "1", "JUPYTER_PLATFORM_DIRS": "1",
          "OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1", "MKL_NUM_THREADS": "1"}


def main(arguments):
    """Start the verb with its options and return its exit code, or a sentence why not."""
    if sys.version_info < OLDEST:
        return "Python {}.{} or newer is needed, this is {}.{}.".format(*OLDEST + tuple(sys.version_info[:2]))
    if arguments[:1] in (["-h"], ["--help"]):
        return print(__doc__.strip())
    verb = arguments.pop(0) if arguments and not arguments[0].startswith("-") else None
    if verb not in VERBS:
        return 'There is no "{}": use "run.py", "run.py test" or "run.py lab".'.format(verb)
    try:
        set_up()
        return hand_over(VERBS[verb] + arguments, folder=str(HERE) if verb else None)
    except KeyboardInterrupt:
        print("\nStopped at your request; the same command starts again.", file=sys.stderr)
        return 130


def set_up():
    """Fill .venv from the lock unless its stamp says that this has been done."""
    digest = hashlib.sha256(os.fsencode(str(HERE)))  # an editable installation remembers its folder
    for name in ("requirements.lock", "pyproject.toml"):
        digest.update((HERE / name).read_bytes())
    if PYTHON.exists() and STAMP.exists() and STAMP.read_text() == digest.hexdigest():
        return
    base = getattr(sys, "_base_executable", sys.executable)  # never the Python inside .venv, which is cleared
    pip, locked = [str(PYTHON), "-m", "pip", "install"], ["--require-hashes", "--only-binary=:all:"]
    step("Setting up the environment", [base, "-m", "venv", "--clear", str(VENV)])
    step("Installing the locked packages", pip + locked + ["-r", "requirements.lock"])
    step("Installing this package", pip + ["--no-deps", "--no-build-isolation", "-e", "."])
    STAMP.write_text(digest.hexdigest())  # last, so that an interrupted installation is repeated


def step(title, command):
    """Run one step, print its seconds, and show its output only if it fails."""
    print("{:<36}".format(title + " ..."), end="", flush=True)
    began = time.monotonic()
    done = subprocess.run(command, cwd=str(HERE), env=dict(os.environ, **STEADY), stdin=subprocess.DEVNULL,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    print("{:4.0f} s".format(time.monotonic() - began), flush=True)
    if done.returncode:
        print(done.stdout.decode("ascii", "backslashreplace"))
        print(title, "failed for the reason above; mend it and repeat the same command.", file=sys.stderr)
        sys.exit(done.returncode)


def hand_over(module, folder):
    """Start a module in the environment, wait for it and return its exit code."""
    program = subprocess.Popen([str(PYTHON), "-m"] + module, cwd=folder, env=dict(os.environ, **STEADY))
    try:
        return program.wait()
    except KeyboardInterrupt:
        program.wait()  # it received the same signal: let it end tidily
        raise


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
