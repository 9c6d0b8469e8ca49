"""Sources: where frames come from. `open_source` reads the grammar of --input; each kind has its own file.

0, 1, /dev/video0       a camera, also by its name ("HD Webcam")
rtsp:// http:// srt://  a stream from the network
screen, screen:2        a monitor; screen:X,Y,WxH a part of the desktop
test, test:plain        a synthetic camera; plain without the time in its pixels
frames/%05d.png         numbered pictures, a frame each; also a folder with nothing else in it
-                       a video or a picture from stdin; so are named pipes
anything else           a file: a picture or a video, by its content, whatever its name
"""

import difflib
import errno
import os
import re
import stat
from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

from engines.types import Image
from realtime.errors import SourceError
from realtime.media.addresses import shown_url
from realtime.media.local_path import REMEDIES, is_file, is_pipe, local_path, remedy_for
from realtime.media.trim import Trim
from realtime.pictures.numbered_names import numbered
from realtime.pictures.reading import is_animated, picture_content
from realtime.sources.animated import AnimatedSource
from realtime.sources.camera import CameraSource
from realtime.sources.camera_list import camera_called, list_cameras
from realtime.sources.frame_rate import ReducedRate
from realtime.sources.image import RATE, ImageSource
from realtime.sources.media import URL_SCHEMES, open_file, open_url
from realtime.sources.one_frame import OneFrame
from realtime.sources.pipe import DASH, open_pipe, redirected_file
from realtime.sources.recovery import MOST_WAIT_S, RecoveringSource
from realtime.sources.screen import ScreenSource
from realtime.sources.sequence import PictureSequence
from realtime.sources.srt import open_srt
from realtime.sources.synthetic import SyntheticSource
from realtime.sources.trimmed import Trimmed
from realtime.types import FrameSource

URL_WAIT_S = 5.0
"""At most between two tries to open a stream from the network again."""
TESTS = {"test": True, "test:plain": False}
"""Names of the synthetic camera, and whether its pictures carry the time."""
CAMERA = re.compile(r"\d+|/dev/video\d+")
URL = re.compile(r"[a-z][a-z0-9+.-]*://", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceOptions:
    """What is asked of a source. size_wh, rate: of a camera or screen; rate also of a file, at most.

    trim: only that part of a video.
    at_s: only the frame of a video that is shown then. still_s: how long a video a picture becomes; None for none.
    test_picture: gives the portrait that the synthetic camera moves. give_up_s: how long a live source that was lost is
    waited for; 0 for not at all, None for ever. keeps_hdr: frames of a file bring their HDR along, where it is HDR.
    """

    size_wh: tuple[int, int] | None = None
    rate: Fraction | None = None
    trim: Trim | None = None
    at_s: float | None = None
    still_s: float | None = None
    test_picture: Callable[[], Image] | None = None
    give_up_s: float | None = 0.0
    keeps_hdr: bool = False


def open_source(where: str, options: SourceOptions = SourceOptions()) -> FrameSource:
    """Open what --input names. Raises SourceError with the reason and what to do."""
    if not where:
        raise SourceError("--input is empty", remedy="name a file, an address, or a camera such as 0")
    source = _open(where, options)
    if options.trim is not None:
        source = Trimmed(source, options.trim, eager=not (where == DASH or is_pipe(local_path(where))))
    return source if options.at_s is None else OneFrame(source, options.at_s)


def _open(where: str, options: SourceOptions) -> FrameSource:
    if where in TESTS:
        if options.test_picture is None:
            raise SourceError("the synthetic camera needs a picture", remedy="liveswap models pull")
        picture, is_timed = options.test_picture(), TESTS[where]
        return SyntheticSource(picture, size_wh=options.size_wh, rate=options.rate, timed=is_timed)
    path = redirected_file() or Path(where) if where == DASH else local_path(where)
    if where.partition(":")[0] == "screen" and not is_file(path):
        return ScreenSource(where, size_wh=options.size_wh, rate=options.rate)
    if CAMERA.fullmatch(where):
        return _camera(where, options)
    if URL.match(where):
        return _address(where, options)
    if str(path) == DASH or is_pipe(path):
        return _thinned(open_pipe(path, lambda content, name: _picture(content, name, options)), options.rate)
    named = None if os.path.lexists(path) else camera_called(where, list_cameras())
    if named is not None:
        return _camera(named.where, options)
    names = numbered(path)
    if names is not None:
        return PictureSequence(names, options.rate)
    _refuse_unreadable(path)
    content = picture_content(path)
    source = _picture(content, str(path), options) if content else open_file(path, keeps_hdr=options.keeps_hdr)
    return _thinned(source, options.rate)


def _picture(content: bytes, name: str, options: SourceOptions) -> FrameSource:
    """Of a file's bytes: one that moves, or a still."""
    if is_animated(content):
        return AnimatedSource(content, name)
    return ImageSource(content, name, duration_s=options.still_s, rate=options.rate or RATE)


def _address(where: str, options: SourceOptions) -> FrameSource:
    if where.partition("://")[0] not in URL_SCHEMES:
        schemes = ", ".join(f"{scheme}://" for scheme in URL_SCHEMES)
        raise SourceError(f"{shown_url(where)} is not an address that can be read", remedy=f"use one of {schemes}")
    opener = open_srt if where.startswith("srt://") else open_url
    stream = opener(where)
    return _recovering(lambda: opener(where), stream, options, URL_WAIT_S) if stream.info.live else stream


def _camera(where: str, options: SourceOptions) -> FrameSource:
    def opener() -> FrameSource:
        return CameraSource(where, size_wh=options.size_wh, rate=options.rate)

    return _recovering(opener, opener(), options, MOST_WAIT_S)


def _recovering(
    opener: Callable[[], FrameSource], first: FrameSource, options: SourceOptions, most_wait_s: float
) -> FrameSource:
    if options.give_up_s == 0:
        return first
    return RecoveringSource(opener, first=first, give_up_s=options.give_up_s, most_wait_s=most_wait_s)


def _thinned(video: FrameSource, rate: Fraction | None) -> FrameSource:
    return video if rate is None or rate >= video.info.rate else ReducedRate(video, rate)


def _refuse_unreadable(path: Path) -> None:
    """What ffmpeg would call "Invalid data", in words."""
    try:
        found = path.stat()
        if stat.S_ISREG(found.st_mode):  # to look into a pipe would take its bytes
            with path.open("rb"):
                pass
    except FileNotFoundError as error:
        raise _missing(path) from error
    except OSError as error:
        raise SourceError(f"{path} cannot be read: {error.strerror}", remedy=remedy_for(error)) from error
    if stat.S_ISDIR(found.st_mode) and not os.access(path, os.R_OK | os.X_OK):
        raise SourceError(f"{path} cannot be read", remedy=REMEDIES[errno.EACCES])
    if stat.S_ISDIR(found.st_mode):
        raise SourceError(f"{path} is a folder", remedy="give one file in it, or a camera number such as 0")
    if stat.S_ISREG(found.st_mode) and found.st_size == 0:
        raise SourceError(f"{path} is empty", remedy="use another copy of the file")


def _missing(path: Path) -> SourceError:
    if path.is_symlink():
        return SourceError(f"{path} is a link to {path.readlink()}, which is not there", remedy="give the file itself")
    near = difflib.get_close_matches(path.name, _names_in(path.parent), n=1)
    return SourceError(
        f"there is no file {path}",
        remedy=f"did you mean {path.with_name(near[0])}?"
        if near
        else "check the path; for a camera give its number (liveswap devices lists them), for a try-out: test",
    )


def _names_in(folder: Path) -> list[str]:
    try:
        return [entry.name for entry in folder.iterdir()]
    except OSError:
        return []
