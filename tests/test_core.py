"""The core alone: a model is trained, measured and kept without any optional package."""
import pathlib
import re
import subprocess
import sys

import pytest

ROOT = pathlib.Path(__file__).parents[1]
OPTIONAL = ("PIL", "anndata", "apache_beam", "array_record", "importlib_resources", "matplotlib",
            "onnx", "onnxruntime", "pandas", "panel", "pooch", "pyarrow", "tensorboard",
            "tensorflow_datasets", "tensorflow_serving", "tf2onnx", "tqdm", "yaml")
START = f"import sys\nfor name in {OPTIONAL}:\n    sys.modules[name] = None\n"
WORK = START + """
import keras, vsc_tf
data = vsc_tf.datasets.load("smiley", train_size=40, test_size=8)
model = vsc_tf.VSC(3, encoder=vsc_tf.networks.mlp(4), decoder=vsc_tf.networks.mlp(4))
model.compile(optimizer="adam")
model.fit(data.train.x, batch_size=20, verbose=0)
print(vsc_tf.metrics.sparsity(model.encode(data.test.x).z)["l0_mean"])
model.save("model.keras")
keras.models.load_model("model.keras").evaluate(data.test.x, verbose=0)
vsc_tf.serving.export(model, "served")
for what in ("vsc_tf.plots", "vsc_tf.datasets.load('rows.csv')", "vsc_tf.datasets.load('.')",
             "vsc_tf.datasets.load('mnist')"):
    try:
        eval(what)
    except ImportError as error:
        print(error)
"""


def run(code, folder):
    found = subprocess.run([sys.executable, "-c", code], cwd=folder, capture_output=True, text=True,
                           timeout=300, env={"PYTHONPATH": str(ROOT), "TF_CPP_MIN_LOG_LEVEL": "3",
                                             "HOME": str(folder)})
    assert found.returncode == 0, found.stderr[-2000:]
    return found.stdout


def test_it_works_and_says_what_is_missing_for_more(tmp_path):
    (tmp_path / "rows.csv").write_text("a,b\n1,2\n3,4\n")
    (tmp_path / "a.png").write_bytes(b"\x89PNG")
    _, *said = run(WORK, tmp_path).splitlines()
    for line, (use, extra) in zip(said, [
            ("vsc_tf.plots", "plot"), ("Reading tables", "tables"), ("Reading images", "images"),
            ("The data set mnist", "datasets")], strict=True):
        assert line.startswith(f"{use} needs vsc_tf[{extra}], which is not installed")
        assert line.endswith(f"pip install 'vsc_tf[{extra}]'")


@pytest.mark.parametrize(("words", "said"), [
    (["fit"], "expected matplotlib and tensorboard. .*pip install 'vsc_tf.plot.'"),
    (["evaluate", "r"], "expected matplotlib. .*pip install 'vsc_tf.plot.'"),
    (["fit", "--config", "run.yaml"], "expected yaml. .*pip install 'vsc_tf.tables.'"),
    (["encode", "--model", "m", "--input", "i", "--output", "o"], "pip install 'vsc_tf.beam.'")])
def test_commands_say_it_before_tensorflow_is_loaded(tmp_path, words, said):
    code = START + (
        f"import importlib\nmain = importlib.import_module('trainers.{words[0]}').main\n"
        f"print(main({words[1:]!r}), 'tensorflow' in sys.modules, file=sys.stderr)")
    found = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, capture_output=True,
                           text=True, timeout=100, env={"PYTHONPATH": str(ROOT)})
    assert found.stderr.split()[-2:] == ["2", "False"], found.stderr
    assert re.search(said, found.stderr)
