"""What comes with a video: titles, languages, chapters, subtitles; and what must not come with it."""

from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import av
import pytest
from av.stream import Disposition

from realtime.media.timeline import Timeline
from realtime.outputs import open_sink
from realtime.outputs.extras import open_extras
from realtime.provenance.words import COMMENT
from realtime.sources import open_source
from realtime.types import Outcome, ShownFrame, StreamInfo
from tests.realtime.clips import Clip, write_clip
from tests.realtime.full_videos import (
    CHAPTERS,
    LINES,
    SUBTITLE_ROLES,
    TAGS,
    add_lines,
    chapters_of,
    found_in,
    lines_of,
    make_video,
    near,
    write_lines,
)
from tests.realtime.outputs.test_recorder import copy

INFO = StreamInfo("video.mkv", (64, 48), Fraction(30), live=False, timeline=Timeline(0.5))


@pytest.fixture(scope="module")
def video(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_video(tmp_path_factory.mktemp("video"))


@pytest.mark.parametrize("ending", [".mp4", ".mov", ".mkv", ".webm"])
def test_video_keeps_titles_languages_roles_chapters_and_subtitles(tmp_path: Path, video: Path, ending: str) -> None:
    copy(video, tmp_path / f"out{ending}")
    found = found_in(tmp_path / f"out{ending}")
    assert {key: found.tags.get(key) for key in ("title", "artist", "creation_time")} == {
        key: TAGS[key] for key in ("title", "artist", "creation_time")
    }
    assert found.languages == (["eng", "ger"] if ending == ".mov" else ["eng", "deu"])
    assert found.names[1] == "The director"
    assert found.subtitle_language == ("ger" if ending == ".mov" else "deu")
    if ending in {".mp4", ".mkv"}:  # the others have no roles
        assert found.roles == [Disposition(0), Disposition.comment]
        assert found.subtitle_roles & SUBTITLE_ROLES == SUBTITLE_ROLES  # mp4 has one word for two of them
    assert found.lines == near([LINES[0], (LINES[1][0], LINES[1][1], 2000)])  # as long as the picture
    assert found.chapters == near(CHAPTERS)
    assert found.duration_s == pytest.approx(2, abs=0.1)


def test_what_comes_with_a_video_survives_a_second_copy(tmp_path: Path, video: Path) -> None:
    copy(video, tmp_path / "once.mp4")
    copy(tmp_path / "once.mp4", tmp_path / "twice.mkv")
    once, twice = found_in(tmp_path / "once.mp4"), found_in(tmp_path / "twice.mkv")
    assert (twice.lines, twice.chapters) == (near(once.lines), near(once.chapters))
    assert (twice.languages, twice.roles) == (once.languages, once.roles)
    assert twice.tags["comment"].count(COMMENT) == 1
    assert twice.tags["title"] == TAGS["title"]


@pytest.mark.parametrize(
    ("handler", "name"),
    [
        ("Stereo", "Stereo"),
        ("SoundHandler", None),
        ("ISO Media file produced by Google Inc. Created on: 11/29/2026.", None),
        ("Core Media Audio", None),
    ],
)
def test_name_that_a_program_gave_is_no_title_of_a_track(tmp_path: Path, handler: str, name: str | None) -> None:
    with (
        av.open(str(write_clip(tmp_path / "plain.mp4"))) as source,
        av.open(str(tmp_path / "in.mp4"), "w") as made,
    ):
        tracks = {stream.index: made.add_stream_from_template(stream) for stream in source.streams}
        tracks[1].metadata["handler_name"] = handler
        for packet in source.demux():
            if packet.dts is not None:
                packet.stream = tracks[packet.stream.index]
                made.mux(packet)
    copy(tmp_path / "in.mp4", tmp_path / "out.mkv")
    with av.open(str(tmp_path / "out.mkv")) as container:
        assert container.streams.audio[0].metadata.get("title") == name


@pytest.mark.parametrize("ending", [".mp4", ".mkv"])
def test_comment_of_the_video_stands_behind_our_mark(tmp_path: Path, video: Path, ending: str) -> None:
    copy(video, tmp_path / f"out{ending}")
    comment = found_in(tmp_path / f"out{ending}").tags["comment"]
    assert comment.startswith(COMMENT)
    assert comment.endswith(TAGS["comment"])


@pytest.mark.parametrize("ending", [".mp4", ".mov", ".mkv", ".webm"])
def test_place_and_cover_are_not_published_and_that_is_said_once(
    tmp_path: Path, video: Path, ending: str, caplog: pytest.LogCaptureFixture
) -> None:
    copy(video, tmp_path / f"out{ending}")
    content = (tmp_path / f"out{ending}").read_bytes()
    assert b"48.13" not in content
    assert b"a face" not in content
    assert (b"a font" in content) == (ending == ".mkv")
    said = [record.getMessage() for record in caplog.records if "not kept" in record.getMessage()]
    assert len(said) == 1
    assert "the place where it was recorded" in said[0]
    assert "cover" in said[0]
    assert ("a.ttf" in said[0]) == (ending != ".mkv")


def test_video_that_was_stopped_has_what_belongs_to_its_part(tmp_path: Path, video: Path) -> None:
    copy(video, tmp_path / "out.mp4", frames=15)
    found = found_in(tmp_path / "out.mp4")
    assert found.lines == near([(LINES[0][0], 200, 500)])
    assert found.chapters == near([("One", 0, 500)])
    assert found.duration_s == pytest.approx(0.5, abs=0.1)


def test_subtitles_and_chapters_follow_the_time_of_the_video(tmp_path: Path, video: Path) -> None:
    """A video of which the first second was cut away: what began before is shown for the rest of its time."""
    with av.open(str(tmp_path / "out.mkv"), "w") as made:
        picture = made.add_stream("libx264", rate=30)
        picture.width, picture.height = 64, 48
        extras = open_extras(replace(INFO, extras_from=str(video)), made)
        assert extras is not None
        for number in range(60):
            frame = av.VideoFrame(64, 48, "yuv420p")
            frame.pts, frame.time_base = number, Fraction(1, 30)
            made.mux(picture.encode(frame))
            extras.advance(number / 30)
        made.mux(picture.encode(None))
        extras.finish(1.5)
    with av.open(str(tmp_path / "out.mkv")) as container:
        assert lines_of(container) == near([(LINES[0][0], 0, 400), (LINES[1][0], 600, 1500)])
        assert chapters_of(container) == near([("One", 0, 500), ("Two", 500, 1500)])


@pytest.mark.parametrize(("ending", "is_kept"), [(".mkv", True), (".mp4", False), (".webm", False)])
def test_subtitles_that_are_pictures_are_copied_or_missed_aloud(
    tmp_path: Path, ending: str, is_kept: bool, caplog: pytest.LogCaptureFixture
) -> None:
    with (
        av.open(str(write_clip(tmp_path / "plain.mkv", Clip(sound=None)))) as source,
        av.open(str(tmp_path / "in.mkv"), "w") as made,
    ):
        picture = made.add_stream_from_template(source.streams.video[0])
        add_lines(made, "dvdsub", language="fra", disposition=Disposition(0))
        for packet in source.demux():
            if packet.dts is not None:
                packet.stream = picture
                made.mux(packet)
        write_lines(made)
    copy(tmp_path / "in.mkv", tmp_path / f"out{ending}")
    with av.open(str(tmp_path / f"out{ending}")) as container:
        kept = [bytes(p).decode() for track in container.streams.subtitles for p in container.demux(track) if p.size]
    assert kept == ([LINES[0][0]] if is_kept else [])  # the second begins after the video
    assert ("fra subtitles that are pictures" in caplog.text) != is_kept


def test_video_that_does_not_open_again_is_written_without_extras(
    tmp_path: Path, video: Path, caplog: pytest.LogCaptureFixture
) -> None:
    source = open_source(str(video))
    sink = open_sink(str(tmp_path / "out.mp4"), replace(source.info, extras_from=str(tmp_path / "gone.mkv")))
    for frame in source.frames():
        sink.send(ShownFrame(frame.image, frame.seq, 0, frame.pts, Outcome.SWAPPED))
    sink.close()
    assert "chapters and subtitles of the video are lost" in caplog.text
    with av.open(str(tmp_path / "out.mp4")) as container:
        assert container.metadata["comment"] == COMMENT


@pytest.mark.parametrize(("container", "kind", "name"), [("mp4", "bin_data", "GoPro MET"), ("mpegts", "klv", "klv")])
def test_what_a_camera_measured_is_left_out_and_said(
    tmp_path: Path, container: str, kind: str, name: str, caplog: pytest.LogCaptureFixture
) -> None:
    with av.open(str(tmp_path / "in"), "w", format=container) as made:
        pictures, data = made.add_stream("libx264", rate=25), made.add_data_stream(kind)
        pictures.width, pictures.height, pictures.pix_fmt = 64, 48, "yuv420p"
        data.metadata["handler_name"], data.time_base = name, Fraction(1, 1000)
        made.start_encoding()
        for number in range(5):
            packet = av.Packet(b"DEVC" + bytes(20))
            packet.stream, packet.time_base = data, data.time_base
            packet.pts = packet.dts = 40 * number
            made.mux(packet)
            made.mux(pictures.encode(av.VideoFrame(64, 48, "yuv420p")))
        made.mux(pictures.encode(None))
    copy(tmp_path / "in", tmp_path / "out.mp4")
    with av.open(str(tmp_path / "out.mp4")) as written:
        assert not written.streams.data
    assert f"not kept: what the camera measured ({name}: it may tell the place)" in caplog.text
