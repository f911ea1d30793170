"""Imports go one way, and what need not wait for TensorFlow does not load it."""
import ast
import subprocess
import sys

import pytest

from tests.imports import ROOT, arrows, circle, imported, sources, unexplained

# Each may import from the lines above its own, and from its own package.
LAYERS = (
    {"containers", "quiet", "workers"},
    {"distributions", "schedules", "checks", "extras", "log_variances", "moments",
     "column_moments", "log_scale", "named_weights", "randomness"},
    {"fista", "networks", "posteriors", "scaling"},
    {"priors", "likelihoods"},
    {"objectives", "optimizers", "penalties", "recipes", "refinement"},
    {"models"},
    {"callbacks", "generation", "hub", "serving", "client", "sklearn", "anndata"},
)
RANK = {name: rank for rank, names in enumerate(LAYERS) for name in names}
HEAVY = {"tensorflow", "keras", "tf_keras", "tensorflow_probability", "tensorflow_datasets"}
SLOW = HEAVY | {"apache_beam", "matplotlib", "panel"}
DOORS = ("encode", "evaluate", "explore", "export", "fit", "shard", "sweep")  # Of trainers.
ASIDE = {"datasets": {"extras"}, "metrics": set(), "plots": {"metrics"}}  # May import these only.


def wrong_arrows(module, source):
    """Imports within vsc_tf that the design does not allow."""
    here = module.split(".")[1]
    for name in imported(source, module):
        parts = name.split(".")
        if parts[0] == "trainers":
            yield f"{module} imports {name}: only commands import commands"
        if parts[0] != "vsc_tf":
            continue
        there = parts[1] if len(parts) > 1 else ""
        if here == there:
            continue
        if here in ASIDE:
            allowed = there in ASIDE[here]
        elif there in ASIDE:
            allowed = RANK[here] > RANK["models"] or (here, there) == ("models", "datasets")
        else:
            allowed = RANK.get(there, len(LAYERS)) < RANK[here]
        if not allowed:
            yield f"{module} imports {name}: the arrow goes the other way, or there is none"


MODULES = dict(sources("vsc_tf"))
TRAINERS = dict(sources("trainers"))


def test_every_module_has_a_place_in_the_design():
    known = {*RANK, *ASIDE, "__init__"}
    assert {module.split(".")[1] for module in MODULES} <= known


@pytest.mark.parametrize("module", [m for m in MODULES if m != "vsc_tf.__init__"])
def test_imports_go_one_way(module):
    assert list(wrong_arrows(module, MODULES[module])) == []


@pytest.mark.parametrize(("module", "source", "found"), [
    ("vsc_tf.distributions.pairwise", "from vsc_tf.models import VSC", True),
    ("vsc_tf.priors", "def f():\n    import vsc_tf.callbacks", True),
    ("vsc_tf.priors", "from vsc_tf import likelihoods", True),
    ("vsc_tf.priors", "from . import models", True),
    ("vsc_tf.models.vsc", "from ..serving import export", True),
    ("vsc_tf.models.vsc", "import vsc_tf", True),
    ("vsc_tf.models.vsc", "from vsc_tf import generation", True),
    ("vsc_tf.plots.steering", "from vsc_tf import generation", True),
    ("vsc_tf.generation.features", "from vsc_tf import checks, metrics", False),
    ("vsc_tf.serving", "import trainers.fit", True),
    ("vsc_tf.metrics.sparsity", "from vsc_tf.models.vsc import VSC", True),
    ("vsc_tf.datasets.smiley", "from vsc_tf import metrics", True),
    ("vsc_tf.priors", "import keras\nfrom vsc_tf import objectives", True),
    ("vsc_tf.priors", "import keras\nfrom vsc_tf import posteriors", False),
    ("vsc_tf.models.data", "from vsc_tf.datasets.batches import batches", False),
    ("vsc_tf.models.base", "from vsc_tf import metrics", True),
    ("vsc_tf.models.vsc", "from .base import LatentModel\nfrom vsc_tf import priors", False),
    ("vsc_tf.plots.codes", "from vsc_tf.metrics import _arrays", False),
])
def test_the_search_finds_what_it_should(module, source, found):
    assert bool(list(wrong_arrows(module, source))) == found


def test_trainers_import_each_other_in_no_circle():
    assert circle(TRAINERS) == []


def test_nothing_imports_a_command():
    doors = {f"trainers.{name}" for name in DOORS}
    assert {module: found & doors for module, found in arrows(TRAINERS).items()
            if found & doors} == {}


@pytest.mark.parametrize("module", [*MODULES, *TRAINERS])
def test_imports_inside_functions_say_why(module):
    assert unexplained({**MODULES, **TRAINERS}[module]) == []


@pytest.mark.parametrize(("modules", "found"), [
    ({"t.a": "from t import b", "t.b": "def f():\n    import t.a"}, {"t.a", "t.b"}),
    ({"t.a": "from t.b.c import f", "t.b.c": "from t.a import g"}, {"t.a", "t.b.c"}),
    ({"t.a": "from . import b", "t.b": "from .a import f"}, {"t.a", "t.b"}),
    ({"t.__init__": "import t.a", "t.a": "from t import f"}, {"t.__init__", "t.a"}),
    ({"t.a": "from t import b, c", "t.b": "from t import c", "t.c": "import numpy"}, set()),
    ({"t.__init__": "", "t.a": "from t import b", "t.b": "import t.c.d", "t.c.d": ""}, set()),
])
def test_circles_are_found(modules, found):
    assert set(circle(modules)) == found


@pytest.mark.parametrize(("source", "lines"), [
    ("import a\ndef f():\n    import b", [3]),
    ("def f():\n    # Slow.\n    import b\n    import c\n\n    import d", [6]),
    ("class A:\n    def f(self):\n        if f:\n            from b import c  # Slow.", []),
    ("def f():\n    from a import (\n        b,\n        c)  # Slow.\n    import d", []),
    ("async def f():\n    x = '# Slow.'\n    import a", [3]),
    ("def f():\n    # Slow.\n\n    import a", [4]),
])
def test_imports_that_say_nothing_are_found(source, lines):
    assert unexplained(source) == lines


@pytest.mark.parametrize(("package", "foreign"), [
    ("distributions", {"keras", "tf_keras"}),
    ("metrics", {"keras", "tensorflow", "tensorflow_probability", "matplotlib"}),
    ("plots", {"keras", "tensorflow", "tensorflow_probability"}),
])
def test_packages_know_nothing_of(package, foreign):
    for module, source in MODULES.items():
        if module.split(".")[1] == package:
            tops = {name.split(".")[0] for name in imported(source, module)}
            assert not tops & foreign, module


def test_only_distributions_bijectors_random_and_util_of_tfp_are_used():
    # tfp.layers and its like are refused by Keras 3, or pull tf-keras in.
    used = {node.attr for source in MODULES.values() for node in ast.walk(ast.parse(source))
            if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name)
            and node.value.id == "tfp"}
    assert used <= {"distributions", "bijectors", "random", "util"}


@pytest.mark.parametrize("module", [
    *DOORS, "encoding.readers", "encoding.formats"])
def test_commands_answer_before_anything_slow_is_loaded(module):
    assert loaded_by(f"trainers.{module}") == set()


def test_what_is_optional_is_imported_where_it_is_used_only():
    optional = {"PIL", "apache_beam", "array_record", "grpc", "matplotlib", "onnx", "onnxruntime",
                "pandas", "panel", "pooch", "pyarrow", "requests", "tensorboard",
                "tensorflow_datasets", "tensorflow_serving", "tf2onnx", "yaml"}
    late = ("trainers.encoding.codes", "trainers.encoding.handler", "trainers.encoding.pipeline",
            "trainers.encoding.job", "trainers.explorer.",
            "trainers.running.comparison", "trainers.running.figures", "trainers.running.pictures",
            "vsc_tf.plots.")  # Imported late themselves, once it is known that all is there.
    for module, source in [*MODULES.items(), *TRAINERS.items()]:
        if not module.startswith(late):
            top = ast.Module([n for n in ast.parse(source).body
                              if isinstance(n, (ast.Import, ast.ImportFrom))], [])
            tops = {name.split(".")[0] for name in imported(ast.unparse(top), module)}
            assert not tops & optional, module


def test_what_runs_without_tensorflow_imports_nothing_but_numpy():
    names = {name.split(".")[0] for name in imported(MODULES["vsc_tf.serving.c_api"], "c_api")}
    assert names - set(sys.stdlib_module_names) == {"numpy"}


def test_datasets_import_tensorflow_where_they_need_it_only():
    # Reading and drawing are NumPy's work; TensorFlow is for streams of batches and for TFDS.
    for module, source in MODULES.items():
        if module.startswith("vsc_tf.datasets."):
            top = ast.Module([n for n in ast.parse(source).body
                              if isinstance(n, (ast.Import, ast.ImportFrom))], [])
            tops = {name.split(".")[0] for name in imported(ast.unparse(top), module)}
            assert not tops & HEAVY, module


def test_importing_the_package_registers_what_model_files_hold():
    code = ("import vsc_tf, keras; names = ('VSC', 'Autoencoder', 'VAE', 'BetaVAE', 'BetaTCVAE', "
            "'VampPriorVAE', 'PseudoInputPrior', 'StandardPrior', 'VampPrior', 'Scaling', "
            "'Bernoulli', 'LinearDecay'); "
            "print(all(keras.saving.get_registered_object('vsc_tf>' + n) for n in names))")
    run = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True,
                         timeout=120)
    assert run.stdout.strip() == "True", run.stderr


def loaded_by(module):
    """Which of the slow packages a fresh process has after importing `module`."""
    code = f"import sys, {module}; print(*sys.modules)"
    run = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True,
                         timeout=120)
    assert run.returncode == 0, run.stderr
    return SLOW & set(run.stdout.split())
