"""Commands that meet a disk that is full, or that can only be read: how they end, and what became of what was there.

Knows commands and files; knows nothing of pictures.
"""

import os
import shutil
import subprocess
import sys
import tempfile
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from benchmarks.surviving.faults import disk
from benchmarks.surviving.live_run import ended
from models.store import ModelStore
from realtime.faces.consent import Answer, ConsentLedger, How, Scope, key_of

DISK_MB = 16
BLOCK_BYTES = 4096
ROOM_BYTES = BLOCK_BYTES - 6
"""Of a block of the disk, what the record of consents fills: the next line fits in part."""
LIMIT_S = 300
LIVESWAP = sys.executable, "-m", "realtime.cli.main"
HOME, OUT = "home", "out"


@dataclass(frozen=True, slots=True)
class DiskOutcome:
    """kept_bytes, lost_bytes: of what was there before. held: nothing lost, and an error with a hint."""

    fault: str
    kept_bytes: int
    lost_bytes: int
    end: str
    held: bool


@dataclass(frozen=True, slots=True)
class Case:
    """words: of the command; {disk}, {face} and {pictures} stand for paths. is_full: else it can only be read."""

    words: str
    is_full: bool


RUN = "run --face {face} --i-have-consent --input"
DISKS: dict[str, Case] = {
    "recording, read-only disk": Case(f"{RUN} test --duration 2 --output {{disk}}/out/before.mkv", is_full=False),
    "recording, full disk": Case(f"{RUN} test --duration 2 --output {{disk}}/out/before.mkv", is_full=True),
    "consent, read-only disk": Case(f"{RUN} {{pictures}}/1.png --output {{free}}/a.png", is_full=False),
    "consent, full disk": Case(f"{RUN} {{pictures}}/1.png --output {{free}}/a.png", is_full=True),
    "revoking, read-only disk": Case("consent revoke {known}", is_full=False),
    "revoking, full disk": Case("consent revoke {known}", is_full=True),
    "models, read-only disk": Case("models pull", is_full=False),
    "a batch, read-only disk": Case(f"{RUN} {{pictures}} --output {{disk}}/out/new", is_full=False),
    "a batch, full disk": Case(f"{RUN} {{pictures}} --output {{disk}}/out/new", is_full=True),
}
OWN_HOME = ("recording", "a batch")
"""Cases in which only the output is on that disk."""


def met(name: str, source: Path, target: Path) -> DiskOutcome:
    """One command. source, target: portraits. Raises OSError or CalledProcessError where there can be no such disk."""
    case = DISKS[name]
    with tempfile.TemporaryDirectory() as place, tempfile.TemporaryDirectory() as free, ExitStack() as held:
        mounted, elsewhere = Path(place), Path(free)
        held.enter_context(disk(mounted, DISK_MB))
        paths = furnished(mounted, elsewhere, source, target, has_models=not name.startswith("models"))
        home = elsewhere / HOME if name.startswith(OWN_HOME) else mounted / HOME
        before = contents(mounted)
        fill(mounted) if case.is_full else subprocess.run(["mount", "-o", "remount,ro", place], check=True)
        done = subprocess.run(
            [*LIVESWAP, *(word.format(**paths) for word in case.words.split())],
            env={**os.environ, "LIVESWAP_HOME": str(home)},
            capture_output=True,
            text=True,
            timeout=LIMIT_S,
            check=False,
        )
        after = contents(mounted)
    lost = sum(len(content) for path, content in before.items() if not after.get(path, b"").startswith(content))
    said = ended(done.returncode, done.stderr)
    is_told = done.returncode == 2 and "hint:" in done.stderr
    return DiskOutcome(name, sum(map(len, before.values())) - lost, lost, said, is_told and not lost)


def furnished(mounted: Path, elsewhere: Path, source: Path, target: Path, *, has_models: bool) -> dict[str, Path]:
    """Two homes with consent for one photo, results of before, and pictures for a batch. Returns what words mean."""
    face, known, pictures = elsewhere / "face.png", elsewhere / "known.png", elsewhere / "pictures"
    shutil.copy(source, face)
    shutil.copy(target, known)
    pictures.mkdir()
    for number in (1, 2):
        shutil.copy(target, pictures / f"{number}.png")
    (mounted / OUT).mkdir()
    (mounted / OUT / "before.mkv").write_bytes(b"a film of before" * 1000)
    (mounted / OUT / "1.png").write_bytes(b"a picture of before" * 1000)
    for home in (mounted / HOME, elsewhere / HOME):
        home.mkdir()
        if has_models:
            (home / "models").symlink_to(ModelStore().home / "models")
        allow(known, home)
    return {"disk": mounted, "free": elsewhere, "face": face, "known": known, "pictures": pictures}


def allow(photo: Path, home: Path) -> None:
    """Record consent for a photo, and for one more, so that the next line needs new room on the disk."""

    ledger, key = ConsentLedger(home), key_of(photo.read_bytes())
    ledger.require(key, photo.name, list(Scope), Answer(given=How.FLAG))
    line = ledger.path.stat().st_size
    ledger.require("0" * (ROOM_BYTES - 2 * line + len(key)), "another", list(Scope), Answer(given=How.FLAG))


def fill(folder: Path) -> None:
    """Until nothing more goes in."""
    with (folder / "ballast").open("wb", buffering=0) as file:
        try:
            while file.write(bytes(BLOCK_BYTES)):
                pass
        except OSError:
            return


def contents(folder: Path) -> dict[Path, bytes]:
    """What is in its files, but what fills it."""
    return {path: path.read_bytes() for path in folder.rglob("*") if path.is_file() and path.name != "ballast"}
