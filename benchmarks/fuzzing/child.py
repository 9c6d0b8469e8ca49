"""One parser, fuzzed in a process of its own: a native crash, a hang and all memory are that process's alone.

    python -m benchmarks.fuzzing.child KIND SECONDS SEED FOLDER

FOLDER/now holds the input in hand, FOLDER/told.json what came of it. Knows processes; knows no parser.
"""

import faulthandler
import json
import os
import resource
import sys
import tempfile
from io import FileIO
from pathlib import Path
from typing import Any

from benchmarks.fuzzing.kinds import open_target
from benchmarks.fuzzing.loop import Judge, be_quiet, fuzzed
from benchmarks.fuzzing.target import content_of

HANGS_S = 90.0
"""Of wall time for one input: more is a hang, on however loaded a machine."""
MOST_ADDRESSES = 14 << 30
"""Bytes of address space: what asks for more is refused by the system, not by taking all memory."""
NOW, TOLD = "now", "told.json"


def main() -> None:
    """The command."""
    kind, seconds, seed, folder = sys.argv[1], float(sys.argv[2]), int(sys.argv[3]), Path(sys.argv[4])
    resource.setrlimit(resource.RLIMIT_AS, (MOST_ADDRESSES, MOST_ADDRESSES))
    be_quiet()
    with (
        tempfile.TemporaryDirectory() as own,
        open_target(kind, Path(own)) as target,
        (folder / NOW).open("wb", buffering=0) as now,
    ):
        os.chdir(own)
        tally = fuzzed(Judge(target, kind, folder), target, seconds, seed, lambda made: _note(now, made))
        faulthandler.cancel_dump_traceback_later()
        (folder / TOLD).write_text(json.dumps(tally.as_json()), encoding="utf-8")
        os.chdir("/")


def _note(now: FileIO, made: Any) -> None:
    faulthandler.dump_traceback_later(HANGS_S, exit=True)
    now.seek(0)
    now.write(content_of(made))
    now.truncate()


if __name__ == "__main__":
    main()
