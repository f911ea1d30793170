"""The command `vsc`, of the installed package: `vsc fit` is `python -m trainers.fit`."""
import importlib
import sys
from collections.abc import Sequence

from .names import called, module

COMMANDS = {
    "fit": "train a model, evaluate it, draw it and export it",
    "evaluate": "measure finished runs, and compare them",
    "explore": "look at a finished run in a browser, feature by feature",
    "export": "export a model for serving, or check an export",
    "encode": "write the codes of files with an exported model",
    "shard": "write a table as shards, for data larger than memory",
    "sweep": "train and compare many runs",
}


def main(argv: Sequence[str] | None = None) -> int:
    """Runs the command that the first argument names. Returns the exit status."""
    words = list(sys.argv[1:] if argv is None else argv)
    if words and words[0] in COMMANDS:
        return importlib.import_module(module(words[0])).main(words[1:])
    if words and words[0] not in ("-h", "--help"):
        print(f"error: expected a command: {', '.join(COMMANDS)}. Received: {words[0]}",
              file=sys.stderr)
        return 2
    print(f"usage: {called('COMMAND')} [-h] ...\n")
    print("\n".join(f"  {name:9} {about}" for name, about in COMMANDS.items()))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
