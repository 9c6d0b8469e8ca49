"""insightface's model packs: used where insightface keeps them, fetched by insightface itself.

Knows that package's folder and its one function; knows nothing of hashes. The package is an extra.
"""

import contextlib
import sys
import zipfile
from pathlib import Path

from models.errors import DownloadError
from models.install import to_add
from models.progress import Progress

PACKS = {
    "buffalo_l": ("det_10g", "w600k_r50", "2d106det"),
    "buffalo_m": ("det_2_5g", "w600k_r50", "2d106det"),
    "buffalo_s": ("det_500m", "w600k_mbf", "2d106det"),
    "buffalo_sc": ("det_500m", "w600k_mbf"),
}
"""The rows whose files are in each pack (they hold more, which nobody here reads)."""


def in_packs(pack: str, member: str) -> Path:
    """Where a member is, in whichever pack; where `pack` will have it when it is in none."""
    places = [packs_folder() / name / member for name in (pack, *PACKS)]
    return next((place for place in places if place.is_file()), places[0])


def packs_folder() -> Path:
    """Where insightface unpacks its packs, one folder each."""
    return Path("~/.insightface/models").expanduser()


def fetch_pack(pack: str, progress: Progress) -> None:
    """Download and unpack one pack. Raises DownloadError; the disk's own failures pass as OSError."""
    try:
        from insightface.utils.storage import download  # noqa: PLC0415  an extra
    except ImportError as error:
        raise DownloadError(
            f"the pack {pack} comes through insightface, which does not import: {error}",
            remedy=f"{to_add('insightface')}, or unpack {pack}.zip into {packs_folder() / pack} yourself",
        ) from error
    progress(f"{pack} (insightface)", 0, None)
    try:
        with contextlib.redirect_stdout(sys.stderr):  # it prints
            download("models", pack, force=True)
    except (OSError, RuntimeError, zipfile.BadZipFile) as error:  # those of requests are OSErrors
        raise DownloadError(
            f"insightface could not fetch {pack}: {error}", remedy="check the network, then run the same command again"
        ) from error
