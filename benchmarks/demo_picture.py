"""README's picture: what `liveswap demo` shows, small enough for a repository.

    python -m benchmarks.demo_picture [--out benchmarks/pictures/demo.jpg]

Run it on a machine that has nothing else to do: the demo films in real time.
"""

import argparse
import sys
import tempfile
from pathlib import Path

import cv2

from realtime.cli.demo import make_demo
from realtime.pictures.reading import read_image

OUT = Path(__file__).with_name("pictures") / "demo.jpg"
MOST_BYTES = 200_000
QUALITIES = (92, 88, 84, 80, 75, 70)


def main() -> None:
    """Make the demo, and keep its picture at the best quality that fits."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, default=OUT)
    out = parser.parse_args().out
    with tempfile.TemporaryDirectory() as folder:
        make_demo(Path(folder))
        picture = read_image(Path(folder) / "demo.png")
    for quality in QUALITIES:
        encoded = cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, quality])[1].tobytes()
        if len(encoded) <= MOST_BYTES:
            out.write_bytes(encoded)
            print(f"{out}: quality {quality}, {len(encoded)} bytes")
            return
    sys.exit(f"{len(encoded)} bytes at quality {QUALITIES[-1]}, and no more than {MOST_BYTES} may be kept")


if __name__ == "__main__":
    main()
