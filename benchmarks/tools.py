"""Runs each example of docs/tools.md as a script, in an environment that has all the tools.

    python -m benchmarks.tools FOLDER

makes FOLDER/venv, if it is not there, with the versions below and those of requirements.txt, which
takes some minutes. The exit status is the number of examples that failed.
"""
import argparse
import pathlib
import subprocess
import sys
import time
import venv

from tests.pages import ROOT, sections

TOOLS = ("wandb==0.31.0", "mlflow==3.17.2", "ray[tune]==2.60.0", "optuna==5.0.0",
         "keras-tuner==1.4.8")
CORE = ("tensorflow", "keras", "tensorflow-probability", "tf-keras", "numpy", "scikit-learn",
        "tensorboard")  # As requirements.txt pins them.


def environment(folder: pathlib.Path) -> pathlib.Path:
    """The Python of an environment with the tools, which is made if it is not there."""
    python = folder / "bin" / "python"
    if not python.exists():
        venv.create(folder, with_pip=True)
    pins = [line.split("#")[0].strip()
            for line in (ROOT / "requirements.txt").read_text().splitlines()]
    wanted = [pin for pin in pins if pin.split("==")[0] in CORE]
    subprocess.run([python, "-m", "pip", "install", "--quiet", *wanted, *TOOLS], check=True)
    return python


def ran(python: pathlib.Path, script: str, folder: pathlib.Path) -> tuple[int, str]:
    """Exit status of a script, and its last line, or where it failed its last lines of errors."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "script.py").write_text(script)
    found = subprocess.run(
        [python, "script.py"], cwd=folder, capture_output=True, text=True, timeout=600,
        env={"PATH": "/usr/bin:/bin", "HOME": str(folder), "PYTHONPATH": str(ROOT),
             "TF_CPP_MIN_LOG_LEVEL": "3", "CUDA_VISIBLE_DEVICES": "-1"})
    said = found.stderr.splitlines()[-15:] if found.returncode else found.stdout.splitlines()[-1:]
    return found.returncode, "\n".join(said)


def main(argv: list[str] | None = None) -> int:
    """Returns the number of examples that failed."""
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=pathlib.Path, help="for the environment and what is written")
    parser.add_argument("--only", default="", help="examples whose heading has this text")
    args = parser.parse_args(argv)
    folder = args.folder.resolve()
    page, failed = sections(ROOT / "docs" / "tools.md"), 0
    start = page.pop("")
    python = environment(folder / "venv")
    for heading, blocks in page.items():
        if args.only not in heading:
            continue
        began = time.perf_counter()
        script = "\n".join([*start, *blocks, "print(f'bound {bound(model):.3f}')"])
        status, said = ran(python, script, folder / heading.replace(" ", "_"))
        print(f"{heading}: {'failed' if status else said}, "
              f"{time.perf_counter() - began:.0f} s", flush=True)
        if status:
            failed += 1
            print(said)
    return failed


if __name__ == "__main__":
    sys.exit(main())
