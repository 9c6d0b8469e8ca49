"""What comes with a video beside picture and sound: its title, chapters, subtitles and fonts, brought to the new file.

Whatever could show the face that was replaced stays behind: covers, thumbnails and other video tracks. What is not
kept is said in one line. Trouble with any of this never costs the video. Knows the kinds of tracks; video_tags.py knows
words and times, subtitles.py subtitles.
"""

import logging
from typing import TYPE_CHECKING

import av
from av.stream import DataStream, Discard, Disposition

from realtime.media.addresses import scrubbed
from realtime.media.ffmpeg import explain, open_input, readable
from realtime.media.joined_streams import TRANSPORT_OPTIONS
from realtime.media.timeline import Timeline
from realtime.outputs.subtitles import SubtitleCopier
from realtime.outputs.video_tags import chapters_within, kept_tags
from realtime.types import StreamInfo

if TYPE_CHECKING:
    from av.container.core import Chapter  # only in the stubs

logger = logging.getLogger(__name__)

FONTS = ("font", "truetype", "opentype")
"""In the media types of fonts."""
TELEMETRY = ("gopro met", "camm", "klv", "djmd")
"""In names of tracks and codecs: of GoPro, of Google's cameras, of drones (MISB, DJI); GPS beside other sensors."""
PICTURES = Disposition.attached_pic | Disposition.timed_thumbnails | Disposition.still_image


class VideoExtras:
    """Brings what comes with one video into a container that is being written; one thread uses it.

    source: the video, opened once more; it is closed. name: for messages. Make it after the streams of picture and
    sound were added and before anything is muxed.
    """

    def __init__(
        self,
        source: av.container.InputContainer,
        target: av.container.OutputContainer,
        timeline: Timeline,
        name: str,
    ) -> None:
        self._target, self._timeline = target, timeline
        self._chapters = source.chapters()
        tags, left = kept_tags(source.metadata, target.format.name)
        target.metadata.update(tags)
        subtitles = SubtitleCopier(source, target, timeline)
        left += [*subtitles.left, *_bring_fonts(source, target), *_left_tracks(source)]
        if left:
            logger.warning("%s: not kept: %s", name, ", ".join(left))
        self._subtitles = subtitles if subtitles.has_tracks else None
        if self._subtitles is None:
            source.close()

    def advance(self, picture_s: float) -> None:
        """The picture is at `picture_s` (video time, s). Raises av.FFmpegError when nothing more can be written."""
        if self._subtitles is not None:
            self._subtitles.advance(picture_s)

    def finish(self, picture_s: float) -> None:
        """The picture ended at `picture_s`: chapters are set, and subtitles end with it."""
        if self._subtitles is not None:
            self._subtitles.finish(picture_s)
        self._target.set_chapters(self.chapters(picture_s))
        self.close()

    def chapters(self, end_s: float) -> "list[Chapter]":
        """Those of a video that ends there (video time, s)."""
        return chapters_within(self._chapters, self._timeline.video_s, end_s)

    def close(self) -> None:
        if self._subtitles is not None:
            self._subtitles.close()


def open_extras(info: StreamInfo, target: av.container.OutputContainer) -> VideoExtras | None:
    """What comes with a video; None when it is none, or, with a word about it, when it does not open once more."""
    if info.extras_from is None:
        return None
    try:
        source = open_input(readable(info.extras_from), container_options=TRANSPORT_OPTIONS)
    except (av.FFmpegError, OSError) as error:
        reason = explain(error)
        if isinstance(info.extras_from, str):
            reason = scrubbed(reason, info.extras_from)
        logger.warning("title, chapters and subtitles of the video are lost: %s", reason)
        return None
    return VideoExtras(source, target, info.timeline or Timeline(0.0), info.name)


def _bring_fonts(source: av.container.InputContainer, target: av.container.OutputContainer) -> list[str]:
    """Fonts belong to styled subtitles; returns words for the attachments that are not kept."""
    left: list[str] = []
    for stream in source.streams.attachments:
        kind = (stream.mimetype or "").lower()
        if target.format.name == "matroska" and any(word in kind for word in FONTS):
            target.add_attachment(stream.name or "font", stream.mimetype or "", stream.data)
        else:
            left.append(f"the attachment {stream.name}")
    return left


def _left_tracks(source: av.container.InputContainer) -> list[str]:
    """Words for tracks that are never kept; those that ffmpeg uses itself, such as chapters', are not worth one."""
    pictures = [stream for stream in source.streams.video if stream.disposition & PICTURES]
    others = len(source.streams.video) - len(pictures) - 1
    left = ["the cover picture (it may show the face)"] if pictures else []
    left += [f"{others} more video track{'s' * (others > 1)}"] if others > 0 else []
    for stream in source.streams.data:
        if stream.discard != Discard.all:
            left.append("the timecode" if "timecode" in stream.metadata else _data_word(stream))
    return list(dict.fromkeys(left))


def _data_word(stream: DataStream) -> str:
    """What a data track is, as far as its file says."""
    name = stream.metadata.get("handler_name", "").strip() or (stream.name or "").replace("bin_data", "")
    if any(word in name.lower() for word in TELEMETRY):
        return f"what the camera measured ({name}: it may tell the place)"
    return f"a data track ({name or 'no name'})"
