"""RESULTS.md, made from the files in benchmarks/results: `python -m benchmarks.report`."""
