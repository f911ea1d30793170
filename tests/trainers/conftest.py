"""Runs without the figures that take seconds; tests of these figures have runs of their own."""
import pytest


@pytest.fixture
def few_figures(monkeypatch):
    from trainers.running import figures, pictures

    monkeypatch.setattr(figures, "of_features", lambda *args: {})
    monkeypatch.setattr(pictures.Pictures, "on_epoch_end", lambda *args: None)
