"""A video with all that may come with one, made here; and what a player would find in a copy of it."""

from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any, TypeAlias, cast

import av
import pytest
from av.stream import Disposition
from av.subtitles.subtitle import AssSubtitle

from tests.realtime.clips import Clip, write_clip

MS = Fraction(1, 1000)
TOLERANCE_MS = 50
Shown: TypeAlias = tuple[str, int, int]
"""Text, start and end in ms."""
LINES = [("Guten Tag", 200, 900), ("Auf Wiedersehen", 1100, 3600)]
"""The video is 2 s long."""
PLACE = "+48.1371+011.5754/"
TAGS = {
    "title": "A day",
    "artist": "Ann",
    "creation_time": "2024-05-06T07:08:09.000000Z",
    "comment": "shot on a rainy day",
    "location": PLACE,
}
SUBTITLE_ROLES = Disposition.forced | Disposition.hearing_impaired
CHAPTERS = [("One", 0, 1000), ("Two", 1000, 2000)]


def make_video(folder: Path) -> Path:
    """A Matroska video with two languages, a commentary, subtitles, chapters, a place, a font and a cover."""
    with (
        av.open(str(write_clip(folder / "plain.mkv", Clip(frames=60)))) as source,
        av.open(str(folder / "video.mkv"), "w") as made,
    ):
        copied: dict[int, list[Any]] = {0: [made.add_stream_from_template(source.streams.video[0])], 1: []}
        for language, disposition in (("eng", Disposition.default), ("deu", Disposition.comment)):
            track = made.add_stream_from_template(source.streams.audio[0])
            track.metadata["language"], track.disposition = language, disposition
            copied[1].append(track)
        copied[1][1].metadata["title"] = "The director"
        add_lines(made, "subrip", language="deu", disposition=SUBTITLE_ROLES)
        made.add_attachment("a.ttf", "font/ttf", b"a font")
        made.add_attachment("cover.jpg", "image/jpeg", b"a face")
        made.metadata.update(TAGS)
        made.set_chapters([chapter(*each) for each in CHAPTERS])
        for packet in source.demux():
            for track in copied[packet.stream.index] if packet.dts is not None else []:
                packet.stream = track
                made.mux(packet)
        write_lines(made)
    return folder / "video.mkv"


def chapter(title: str, start: int, end: int) -> Any:
    return {"id": start, "start": start, "end": end, "time_base": MS, "metadata": {"title": title}}


def add_lines(made: av.container.OutputContainer, codec: str, *, language: str, disposition: Disposition) -> None:
    stream = made.add_mux_stream(codec)
    stream.time_base, stream.disposition = MS, disposition
    stream.metadata["language"] = language


def write_lines(made: av.container.OutputContainer) -> None:
    for text, start, end in LINES:
        packet = av.Packet(text.encode())
        packet.stream, packet.time_base = made.streams.subtitles[0], MS
        packet.pts = packet.dts = start
        packet.duration = end - start
        made.mux(packet)


def near(wanted: list[Shown]) -> list[Any]:
    """Within a frame and the 21 ms by which Matroska begins earlier, with the encoder's silence before the sound."""
    return [
        (text, pytest.approx(start, abs=TOLERANCE_MS), pytest.approx(end, abs=TOLERANCE_MS))
        for text, start, end in wanted
    ]


@dataclass(frozen=True)
class Found:
    """What a player would find beside picture and sound."""

    tags: dict[str, str]
    languages: list[str | None]
    roles: list[Disposition]
    names: list[str]
    subtitle_language: str | None
    subtitle_roles: Disposition
    lines: list[Shown]
    chapters: list[Shown]
    kinds: list[str]
    duration_s: float


def found_in(path: Path) -> Found:
    with av.open(str(path)) as container:
        sounds, subtitle = container.streams.audio, container.streams.subtitles[0]
        return Found(
            tags={key.lower(): value for key, value in container.metadata.items()},
            languages=[stream.language for stream in sounds],
            roles=[stream.disposition & ~Disposition.default for stream in sounds],
            names=[s.metadata.get("title") or s.metadata.get("handler_name", "") for s in sounds],
            subtitle_language=subtitle.language,
            subtitle_roles=subtitle.disposition & ~Disposition.default,
            lines=lines_of(container),
            chapters=chapters_of(container),
            kinds=[stream.type for stream in container.streams],
            duration_s=(container.duration or 0) / av.time_base,
        )


def chapters_of(container: av.container.InputContainer) -> list[Shown]:
    found = []
    for each in container.chapters():
        start, end = (round(1000 * each[at] * (each["time_base"] or MS)) for at in ("start", "end"))
        found.append((each["metadata"]["title"], start, end))
    return found


def lines_of(container: av.container.InputContainer) -> list[Shown]:
    stream = container.streams.subtitles[0]
    found: list[Shown] = []
    for packet in container.demux(stream):
        if packet.size > 2 and packet.pts is not None:  # shorter ones fill gaps in an mp4
            ends = packet.pts + (packet.duration or 0)
            times = [round(1000 * float(at * (packet.time_base or MS))) for at in (packet.pts, ends)]
            texts = cast("list[AssSubtitle]", stream.decode(packet))
            found += [(text.dialogue.decode(), times[0], times[1]) for text in texts]
    return found
