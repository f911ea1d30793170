"""The command line of a preset."""
import argparse
import dataclasses

import pytest

from trainers import fit, flags
from trainers.presets import PRESETS, Preset


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


def test_other_step_counts_keep_their_share_of_the_run():
    paper = parse("--preset", "paper/smiley", "--steps", "2000")
    assert (paper.warmup_steps, paper.ramp_steps, paper.decay_begin) == (500, 100, 600)
    assert parse("--preset", "paper/smiley", "--steps", "2000", "--ramp-steps", "9").ramp_steps == 9
    assert parse("--steps", "300").steps_per_epoch == 300


def test_published_settings_are_the_papers():
    short, smiley = PRESETS["paper/fashion_mnist"], PRESETS["paper/smiley"]
    for preset in (short, smiley, PRESETS["paper/uci_har"]):
        assert (preset.latent_dim, preset.hidden_units, preset.pseudo_inputs) == (60, 3000, 20)
        assert (preset.batch_size, preset.alpha, preset.spike_activation) == (500, 0.01, "relu_exp")
    assert (short.warmup_steps, short.ramp_steps, short.steps) == (15_000, 5_000, 70_000)
    assert (short.learning_rate, short.final_learning_rate, short.decay_end) == (1e-3, 1e-4, 20_000)
    assert (smiley.warmup_steps, smiley.ramp_steps, smiley.steps) == (50_000, 10_000, 200_000)
    assert (smiley.learning_rate, smiley.final_learning_rate, smiley.decay_end) == (
        5e-4, 5e-5, 60_000)


def test_help_shows_the_defaults_of_the_asked_preset(capsys):
    with pytest.raises(SystemExit, match="0"):
        fit.main(["--preset", "paper/smiley", "--help"])
    text = " ".join(capsys.readouterr().out.split())
    assert "steps before the slab is used (lambda = 0) (default: 50000)" in text
    assert "preset 'paper/smiley'" in text


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
    (["--batch-size", "0"], r"--batch-size of at least 1"),
    (["--steps", "700"], r"--steps to be a multiple of --steps-per-epoch. Received: 700 and 500"),
    (["--spike-activation", "relu_exp"], r"--rezero-end 0 .*Received: --spike-activation relu_exp"),
    (["--rezero-end", "9"], r"not before --rezero-begin. Received: 9 and 1500"),
    (["--seed", str(2**31)], r"--seed below 2\^31"),
    (["--preset", "table"], r"--dataset with the path of your data"),
])
def test_settings_that_do_not_fit_each_other(argv, message):
    with pytest.raises(ValueError, match=message):
        parse(*argv)
