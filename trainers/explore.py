"""Shows what the features of a trained model are, and lets one steer them, in the browser."""
import argparse
import pathlib
import socket
import sys
from collections.abc import Sequence

from . import flags, needed
from .names import called
from .quiet import load_tensorflow
from .running import runs


def build_parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog=called("explore"), description=__doc__,
        epilog="The page needs no internet. Stop it with Ctrl-C.",
        formatter_class=argparse.ArgumentDefaultsHelpFormatter)
    add = parser.add_argument
    add("run", metavar="RUN", help="a run folder, or the name of one in --output")
    add("--output", type=pathlib.Path, default=pathlib.Path("runs"), metavar="DIR",
        help="folder that run names are looked up in")
    add("--host", default="127.0.0.1", metavar="ADDRESS",
        help="address to listen on; whoever reaches another one than this can use the page")
    add("--port", type=flags.whole, default=5006, metavar="N", help="port; 0 takes any free one")
    return parser


def free_port(host: str, port: int) -> int:
    """`port`, or any free one for 0; a ValueError if something listens there already."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # As the server does.
        try:
            probe.bind((host, port))
        except (OSError, OverflowError) as error:
            raise ValueError(f"expected a --port of {host} that is free. Received: {port}: "
                             f"{error}. Stop what listens there, or give another one; 0 takes "
                             "any.") from None
        return probe.getsockname()[1]


def main(argv: Sequence[str] | None = None) -> int:
    """Returns the exit status: 0, or 2 for a bad flag, run or port."""
    args = build_parser().parse_args(argv)
    try:
        run = runs.find_finished(args.run, args.output)
        port = free_port(args.host, args.port)
        needed.check("explore", "panel", "panel_material_ui")
        print(f"Loading {run} and looking at what its features do ...", flush=True)

        load_tensorflow()
        # TensorFlow takes seconds: not before the flags are known good.
        from .explorer import page, server

        shown = server.explored(run)
        if not shown.features:
            raise ValueError(f"expected a model with features that are on in 1 % of the test "
                             f"observations or more. Received: {run}, which has none. Train "
                             "longer, or with a larger --alpha.")
        page.warm_up(shown)
        print(f"{len(shown.features)} live features, {len(shown.test.x):,} test objects.\n"
              f"Open http://{args.host}:{port}/  (Ctrl-C stops it)", flush=True)
        server.serve(shown, args.host, port)
    except (ValueError, OSError) as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        pass
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
