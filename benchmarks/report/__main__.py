"""Writes RESULTS.md from the measurements in benchmarks/results.

    python -m benchmarks.report           # after a benchmark has written its file
    python -m benchmarks.report --check   # exit status 1 if RESULTS.md is not what they say

The text is text.md, a Jinja template: {{ smiley.seeds() }} is a table of smiley.py in this folder.
"""
import argparse
import pathlib
import sys

import jinja2

from benchmarks.report import data, drawn, markdown, pictures, running, smiley, thresholds

PAGE = pathlib.Path(__file__).parents[2] / "RESULTS.md"


def page():
    """RESULTS.md as the files in benchmarks/results have it."""
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(pathlib.Path(__file__).parent), trim_blocks=True,
        undefined=jinja2.StrictUndefined, keep_trailing_newline=True)
    return environment.get_template("text.md").render(
        data=data, drawn=drawn, number=markdown.number, pictures=pictures, running=running,
        smiley=smiley, thresholds=thresholds)


def main(argv=None):
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--check", action="store_true", help="write nothing, compare")
    args = parser.parse_args(argv)
    if args.check:
        if PAGE.read_text() != page():
            sys.exit("RESULTS.md is not what benchmarks/results says: "
                     "run python -m benchmarks.report")
        return
    PAGE.write_text(page())
    print(f"Written to {PAGE}")


if __name__ == "__main__":
    main()
