"""Server time of a slider move while four browsers use the explorer at once.

    python -m benchmarks.explorer runs/smiley-1

Chromium (`apt-get install chromium`) moves sliders by keyboard, the browsers taking turns without
waiting for each other. Server time is from when a move reaches the page's code to when the new
picture is handed to the server: decoding and drawing, without Panel's own work and without the
queue of moves before it, which are answered one after another. The round trip is from a key to
the new picture in the browser, all four browsers' own work on this machine included.
"""
import argparse
import json
import os
import pathlib
import shutil
import statistics
import time

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
RESULTS = pathlib.Path(__file__).parent / "results" / "explorer.json"
GOAL = 100.0  # Milliseconds of server time at the median, on two cores.
PICTURE = "With your changes"


def open_pages(playwright, address, count):
    """Pages in `count` browsers, each at an object of its own, and a slider of each."""
    pages = []
    for i in range(count):
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"),
                                             args=["--no-sandbox"])
        page = browser.new_page()
        page.goto(f"{address}?object={i + 1}")
        slider = page.get_by_role("slider").first
        slider.wait_for(timeout=120_000)
        slider.focus()
        pages.append((page, slider))
    return pages


def round_trip(page):
    """Milliseconds from a key to another picture."""
    picture = page.get_by_alt_text(PICTURE)
    before, started = picture.get_attribute("src"), time.perf_counter()
    page.keyboard.press("ArrowLeft")
    while picture.get_attribute("src") == before and time.perf_counter() - started < 10:
        page.wait_for_timeout(2)
    return 1e3 * (time.perf_counter() - started)


def measure(explored, moves, browsers):
    """Dict of server times and round trips, milliseconds."""
    from playwright.sync_api import sync_playwright

    from trainers import explore
    from trainers.explorer import server

    port = explore.free_port("127.0.0.1", 0)
    serving = server.serve(explored, "127.0.0.1", port, threaded=True)
    time.sleep(2)
    with sync_playwright() as playwright:
        pages = open_pages(playwright, f"http://127.0.0.1:{port}/", browsers)
        explored.move_seconds.clear()
        for i in range(moves):
            for page, _ in pages:
                page.keyboard.press("ArrowRight" if i % 20 < 10 else "ArrowLeft")
        for _ in range(60):  # Until the queue is empty, a minute at most.
            if len(explored.move_seconds) >= moves * browsers:
                break
            pages[0][0].wait_for_timeout(1000)
        seconds = [1e3 * value for value in explored.move_seconds]
        trips = [round_trip(page) for _ in range(5) for page, _ in pages]
    serving.stop()
    return {"server_ms_median": statistics.median(seconds),
            "server_ms_95": statistics.quantiles(seconds, n=20)[-1],
            "answered": len(seconds), "sent": moves * browsers,
            "round_trip_ms_median": statistics.median(trips)}


def main(argv=None):
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.explorer", description=__doc__.splitlines()[0],
        formatter_class=argparse.ArgumentDefaultsHelpFormatter)
    add = parser.add_argument
    add("run", help="folder of a finished run")
    add("--moves", type=int, default=100, help="keys pressed in each browser")
    add("--browsers", type=int, default=4, help="browsers at once")
    add("--output", type=pathlib.Path, default=RESULTS, help="where to write the results")
    args = parser.parse_args(argv)

    from trainers.explorer import server
    from trainers.running import runs

    explored = server.explored(runs.find_finished(args.run, "runs"))
    found = measure(explored, args.moves, args.browsers)
    print(f"{found['server_ms_median']:.1f} ms of server time at the median, "
          f"{found['server_ms_95']:.1f} ms at 95 %, {args.browsers} browsers at once "
          f"(wanted: under {GOAL:g} at the median)\n"
          f"{found['answered']} of {found['sent']} pictures for keys sent, within a minute; "
          f"from key to picture {found['round_trip_ms_median']:.0f} ms at the median")
    args.output.parent.mkdir(parents=True, exist_ok=True)
    settings = {"data": explored.info.name, "browsers": args.browsers, "moves": args.moves,
                "cores": os.cpu_count(), "load_average": round(os.getloadavg()[0], 1)}
    args.output.write_text(json.dumps({"settings": settings, **found}, indent=2) + "\n")
    print(f"Written to {args.output}")


if __name__ == "__main__":
    main()
