"""The command line of a preset."""
import argparse
import dataclasses
import re

import pytest

from trainers import fit, flags
from trainers.presets import PRESETS, Preset
from trainers.running import build


def parse(*argv):
    name, preset = flags.preset_of(argv)
    args = fit.build_parser(name, preset).parse_args(argv)
    return flags.settings_from(preset, flags.given_settings(args))


def test_every_field_of_the_preset_is_a_flag():
    parser = argparse.ArgumentParser()
    flags.add_settings(parser, Preset())
    known = {option for action in parser._actions for option in action.option_strings}
    for field in dataclasses.fields(Preset):
        assert "--" + field.name.replace("_", "-") in known
        assert field.metadata["help"]


def test_without_flags_the_settings_are_those_of_smiley():
    assert parse() == PRESETS["smiley"]


def test_a_data_set_brings_its_own_preset_and_flags_override_it():
    settings = parse("--dataset", "uci_har", "--alpha", "0.2", "--no-jit-compile", "--seed", "7")
    assert settings == dataclasses.replace(
        PRESETS["uci_har"], alpha=0.2, jit_compile=False, seed=7)


def test_paths_bring_the_preset_for_tables_or_images(tmp_path):
    assert parse("--dataset", "rows.csv") == dataclasses.replace(
        PRESETS["table"], dataset="rows.csv")
    assert parse("--dataset", str(tmp_path)).likelihood == PRESETS["images"].likelihood


def test_knots_keep_their_share_of_the_run_whatever_the_steps():
    paper = parse("--preset", "paper/smiley", "--steps", "2000")
    assert (paper.slab_warmup, paper.slab_ramp, paper.decay_begin) == (0.25, 0.05, 0.3)
    assert parse("--steps", "300").steps_per_epoch == 300


def test_flags_of_versions_0_1_count_in_steps_and_say_what_they_are_now(capsys):
    old = parse("--preset", "paper/smiley", "--steps", "2000", "--ramp-steps", "9",
                "--rezero-end", "500")
    assert (old.slab_ramp, old.refine_end) == (9 / 2000, 0.25)
    said = capsys.readouterr().err
    assert "note: --ramp-steps 9 is --slab-ramp 0.0045 now" in said
    assert "note: --rezero-end 500 is --refine-end 0.25 now" in said


def schedules(name):
    preset = PRESETS[name]
    recipe = build.recipe_of(preset)
    rates = [build.compiled_rate(preset, recipe) * recipe.learning_rate,
             build.compiled_rate(preset, recipe) * recipe.final_learning_rate]
    return recipe.schedules(preset.steps), recipe.rate(preset.steps)[:2], rates


def test_published_settings_are_the_papers():
    for name in ("paper/fashion_mnist", "paper/smiley", "paper/uci_har"):
        preset = PRESETS[name]
        assert (preset.latent_dim, preset.hidden_units, preset.pseudo_inputs) == (60, 3000, 20)
        assert (preset.batch_size, preset.alpha, preset.spike_activation) == (500, 0.01, "relu_exp")
    for name, warm_up, decay, rates in (
            ("paper/fashion_mnist", (15_000, 20_000), 20_000, (1e-3, 1e-4)),
            ("paper/smiley", (50_000, 60_000), 60_000, (5e-4, 5e-5)),
            ("paper/celeba", (50_000, 60_000), 60_000, (5e-4, 5e-5))):
        rows, fall, found = schedules(name)
        assert rows["slab_weight"] == (*warm_up, 0., 1.) and fall == (decay, decay)
        assert found == pytest.approx(rates)
        assert rows["gate_sharpness"][3] == 200. and rows["sparsity_weight"][3] == 1.


def test_help_shows_the_defaults_of_the_asked_preset(capsys):
    with pytest.raises(SystemExit, match="0"):
        fit.main(["--preset", "paper/smiley", "--help-all"])
    text = " ".join(capsys.readouterr().out.split())
    assert "share before the slab is used (lambda = 0) (default: 0.25)" in text
    assert "preset 'paper/smiley'" in text


def test_help_shows_what_is_needed_first_and_help_all_the_rest(capsys):
    shown = {}
    for flag in ("--help", "--help-all"):
        with pytest.raises(SystemExit, match="0"):
            fit.main([flag])
        shown[flag] = capsys.readouterr().out
    every = {flags.flag_of(option.name) for option in dataclasses.fields(Preset)}
    first = {flags.flag_of(name) for name in (*flags.FIRST, *flags.FIVE)}
    for text, expected in ((shown["--help"], first), (shown["--help-all"], every)):
        assert {flag for flag in every
                if re.search(rf"^  {flag}[ ,\n]", text, re.MULTILINE)} == expected
    assert "the five choices of a model" in shown["--help"]
    assert "--help-all" in shown["--help"] and len(shown["--help"].splitlines()) < 80


@pytest.mark.parametrize(("argv", "message"), [
    (["--steps", "2e4"], "argument --steps: expected a whole number of at least 0, got '2e4'"),
    (["--steps", "-4"], "argument --steps: expected"),
    (["--alpha", "much"], "argument --alpha: expected a finite number, got 'much'"),
    (["--alpha", "nan"], "argument --alpha: expected a finite number, got 'nan'"),
    (["--selector", "best"], "argument --selector: invalid choice: 'best'"),
    (["--preset", "huge"], "argument --preset: invalid choice: 'huge'"),
    (["--likelihod", "bernoulli"], "unrecognized arguments"),
])
def test_bad_flags_exit_with_2_and_name_the_flag(capsys, argv, message):
    with pytest.raises(SystemExit, match="2"):
        fit.main(argv)
    assert message in capsys.readouterr().err


@pytest.mark.parametrize(("argv", "message"), [
    (["--steps", "0"], r"--steps of at least 1"),
    (["--steps", "700"], r"--steps to be a multiple of --steps-per-epoch. Received: 700 and 500"),
    (["--decay-begin", "6000"], r"--decay-begin as a share of the run.*give N / 13500"),
    (["--penalty", "gate_penalty,l1"], r"--penalty with names of .*Received: 'l1'"),
    (["--recipe", "none", "--sparsity-ramp", "0.1"], r"with --sparsity-ramp.*--recipe none"),
    (["--seed", str(2**31)], r"--seed below 2\^31"),
    (["--preset", "table"], r"--dataset with the path of your data"),
])
def test_settings_that_do_not_fit_each_other(argv, message):
    with pytest.raises(ValueError, match=message):
        parse(*argv)
