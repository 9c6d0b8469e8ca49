"""What the benchmarks' commands have in common: what a person can mend is said, with exit code 2 and no traceback.

Knows words, exit codes and folders; knows no benchmark.
"""

import sys
from collections.abc import Callable
from pathlib import Path
from typing import NoReturn

from models.errors import UserError
from realtime.cli.console import fail


def run(main: Callable[[], int | None]) -> NoReturn:
    """Run the command and exit."""
    try:
        sys.exit(main() or 0)
    except UserError as error:
        fail(str(error), error.remedy)


def videos_in(folder: Path) -> list[Path]:
    """Its videos, sorted. Raises UserError when there are none."""
    videos = sorted(folder.glob("*.mp4"))
    if not videos:
        raise UserError(f"there is no *.mp4 in {folder}", remedy="name a folder with videos of faces: --media FOLDER")
    return videos
