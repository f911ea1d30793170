"""Everything around a run: its folder, model and data, measures, figures and comparisons."""
