"""The sdist, the wheel made of it, and that its commands answer without a checkout."""
import pathlib
import subprocess
import sys
import tarfile
import zipfile

import pytest

ROOT = pathlib.Path(__file__).parents[1]


@pytest.fixture(scope="module")
def sdist(tmp_path_factory):
    checkout, folder = tmp_path_factory.mktemp("checkout"), tmp_path_factory.mktemp("sdist")
    for path in ROOT.iterdir():  # setuptools leaves files where it builds.
        if path.suffix in (".md", ".toml", ".in", ".txt", ".yml", ".cff") or path.name in (
                "LICENSE", "vsc_tf", "trainers", "benchmarks", "docs", "tests"):
            (checkout / path.name).symlink_to(path)
    build = f"from setuptools import build_meta; build_meta.build_sdist({str(folder)!r})"
    subprocess.run([sys.executable, "-c", build], cwd=checkout, check=True, timeout=300,
                   capture_output=True)
    return next(folder.glob("vsc_tf-*.tar.gz"))


@pytest.fixture(scope="module")
def wheel(sdist, tmp_path_factory):
    folder = tmp_path_factory.mktemp("wheel")
    subprocess.run([sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--no-index",
                    "--no-build-isolation", "--wheel-dir", folder, sdist], check=True,
                   timeout=300)
    return next(folder.glob("vsc_tf-*.whl"))


def test_the_sdist_has_what_a_checkout_has(sdist):
    with tarfile.open(sdist) as files:
        names = {name.split("/", 1)[1] for name in files.getnames() if "/" in name}
    assert {"CHANGELOG.md", "CITATION.cff", "requirements.txt", "docs/index.md",
            "tests/conftest.py", "tests/files/make.py", "benchmarks/smiley.py"} <= names
    assert not [name for name in names if "__pycache__" in name]


def test_it_holds_every_file_of_ours_and_no_top_level_trainers(wheel):
    expected = {path.relative_to(ROOT).as_posix().replace("trainers/", "vsc_tf_commands/")
                for folder in ("vsc_tf", "trainers") for path in (ROOT / folder).rglob("*.py")}
    names = set(zipfile.ZipFile(wheel).namelist())
    assert expected | {"vsc_tf/py.typed"} == {name for name in names if ".dist-info/" not in name}


def test_it_says_its_licence(wheel):
    files = zipfile.ZipFile(wheel)
    names = {name.split("/", 1)[1]: name for name in files.namelist() if ".dist-info/" in name}
    assert "Apache License" in files.read(names["licenses/LICENSE"]).decode()
    assert "License-Expression: Apache-2.0" in files.read(names["METADATA"]).decode().splitlines()


@pytest.mark.parametrize(("words", "status", "said"), [
    ([], 0, "usage: vsc COMMAND"),
    (["fit", "--help"], 0, "usage: vsc fit"),
    (["shard", "--help"], 0, "Then: vsc fit --dataset FOLDER"),
    (["train"], 2, "error: expected a command: fit, evaluate, explore, export, encode, shard, "
                   "sweep. Received: train"),
])
def test_its_commands_answer(wheel, tmp_path, words, status, said):
    code = (f"import sys; sys.path.insert(0, {str(wheel)!r})\n"
            "from vsc_tf_commands.__main__ import main\n"
            f"status = main({words!r})\nassert 'tensorflow' not in sys.modules\nsys.exit(status)")
    run = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True,
                         timeout=120)
    assert run.returncode == status, run.stderr
    assert said in run.stdout + run.stderr
