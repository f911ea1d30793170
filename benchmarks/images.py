"""Images a second out of a zip, and the memory of a pass through it.

    python -m benchmarks.images            # rates, then memory over an epoch
    python -m benchmarks.images --images 50000 --image-size 32

Makes a zip of JPEGs of CelebA's size (178 x 218 pixels), laid out as the official one, loads it
as `celeba` and reads its training split as training does. Memory is the resident set of this
process; the whole split, decoded, would take `decoded_mib` more.
"""
import argparse
import io
import json
import os
import pathlib
import statistics
import tempfile
import time
import zipfile

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
RESULTS = pathlib.Path(__file__).parent / "results" / "images.json"
GOAL = 2000  # Images a second, on two cores.
WIDTH, HEIGHT = 178, 218


def picture(rng):
    """Bytes of a JPEG that is smooth with some grain, as a photograph is."""
    import numpy as np
    from PIL import Image

    smooth = Image.fromarray(rng.integers(0, 256, (14, 11, 3), np.uint8)).resize(
        (WIDTH, HEIGHT), Image.Resampling.BICUBIC)
    grain = rng.normal(0, 4, (HEIGHT, WIDTH, 1))
    file = io.BytesIO()
    Image.fromarray(np.clip(smooth + grain, 0, 255).astype(np.uint8)).save(file, "JPEG", quality=80)
    return file.getvalue()


def write_zip(folder, count, different=1000):
    """`img_align_celeba.zip` and `list_attr_celeba.txt`; only some pictures are different."""
    import numpy as np

    from vsc_tf.datasets import celeba

    rng = np.random.default_rng(0)
    pictures = [picture(rng) for _ in range(min(count, different))]
    names = [f"{i:06d}.jpg" for i in range(1, count + 1)]
    with zipfile.ZipFile(folder / celeba.ZIP, "w", zipfile.ZIP_DEFLATED) as file:
        for i, name in enumerate(names):
            file.writestr(f"{celeba.ROOT}/{name}", pictures[i % len(pictures)])
    rows = (f"{name} {' '.join(rng.choice(['-1', '1'], 40))}" for name in names)
    (folder / celeba.ATTRIBUTES).write_text("\n".join(
        [str(count), " ".join(f"Attribute_{i}" for i in range(40)), *rows, ""]))
    return folder / celeba.ZIP


def resident():
    """MiB of this process in memory."""
    pages = int(pathlib.Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 2**20


def measure(path, image_size, batch_size):
    """Rates and memory of two passes in the batches of training."""
    from vsc_tf.datasets import celeba, memory
    from vsc_tf.datasets.batches import batches

    memory.IN_MEMORY = 2**20  # Of any size, it is read from disk.
    x = celeba.load(path, image_size).train.x
    steps = len(x) // batch_size
    stream = iter(batches(x, batch_size, seed=0))
    rates, memory = [], []
    for epoch in range(2):
        for tenth in range(10):
            started, count = time.perf_counter(), 0
            for _ in range(steps * tenth // 10, steps * (tenth + 1) // 10):
                count += len(next(stream))
            rates.append(count / (time.perf_counter() - started))
            memory.append(resident())
    return {"images_per_second": statistics.median(rates), "slowest_tenth": min(rates),
            "fastest_tenth": max(rates), "images": len(x), "decoded_mib": x.nbytes / 2**20,
            "resident_mib": [round(value) for value in memory],
            "growth_mib": max(memory[10:]) - max(memory[:10])}


def main(argv=None):
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.images", description=__doc__.splitlines()[0],
        formatter_class=argparse.ArgumentDefaultsHelpFormatter)
    add = parser.add_argument
    add("--images", type=int, default=25_000, help="pictures in the zip")
    add("--image-size", type=int, default=64, help="pixels square to resize to")
    add("--batch-size", type=int, default=100, help="images of a training step")
    add("--output", type=pathlib.Path, default=RESULTS, help="where to write the results")
    args = parser.parse_args(argv)
    cores = sorted(os.sched_getaffinity(0))[:2]
    os.sched_setaffinity(0, cores)
    with tempfile.TemporaryDirectory() as folder:
        path = write_zip(pathlib.Path(folder), args.images)
        size = path.stat().st_size / 2**20
        print(f"{args.images:,} pictures of {WIDTH} x {HEIGHT} pixels in a zip of {size:.0f} MiB")
        found = measure(path, args.image_size, args.batch_size)
    print(f"{found['images_per_second']:,.0f} images/s decoded, cropped and resized to "
          f"{args.image_size} pixels on {len(cores)} cores, median of 20 tenths of two epochs "
          f"({found['slowest_tenth']:,.0f} to {found['fastest_tenth']:,.0f}; wanted: {GOAL:,})\n"
          f"MiB resident after each tenth: {found['resident_mib']}\n"
          f"growth of the peak, second epoch against the first: {found['growth_mib']:.0f} MiB; "
          f"the split decoded would be {found['decoded_mib']:,.0f} MiB")
    args.output.parent.mkdir(parents=True, exist_ok=True)
    settings = {"images": args.images, "image_size": args.image_size, "zip_mib": round(size),
                "batch_size": args.batch_size, "cores": len(cores),
                "load_average": round(os.getloadavg()[0], 1)}
    args.output.write_text(json.dumps({"settings": settings, **found}, indent=2) + "\n")
    print(f"Written to {args.output}")


if __name__ == "__main__":
    main()
