"""What of a video could not be read is counted and told; what could be read is kept."""

import random
import struct
from pathlib import Path

import av
import pytest
from av.stream import Disposition

from realtime.cli.console import summary
from realtime.media.damage import DamageNumbers, damage_words
from realtime.sources import open_source
from realtime.stream.metrics import StreamMetrics
from realtime.types import StreamInfo
from tests.realtime.full_videos import add_lines
from tests.realtime.videos import MS, Video, every, write_video

MOTION = {"preset": "ultrafast", "crf": "2", "g": "50"}


def spoilt(path: Path, from_part: float, to_part: float, holes: int = 8) -> Path:
    """Noise of 120 bytes at each of `holes` places of the file."""
    content, noise = bytearray(path.read_bytes()), random.Random(5)  # noqa: S311  no secret
    for number in range(holes):
        at = int(len(content) * (from_part + (to_part - from_part) * number / holes))
        content[at : at + 120] = noise.randbytes(120)
    path.write_bytes(content)
    return path


def read(path: Path) -> tuple[StreamInfo, int]:
    source = open_source(str(path))
    return source.info, len(list(source.frames()))


@pytest.mark.parametrize("ending", [".mp4", ".ts", ".avi", ".mkv"])
def test_damaged_video_is_read_and_its_damage_counted(tmp_path: Path, ending: str) -> None:
    video = Video(times_ms=every(40, 100), size_wh=(160, 128), options=MOTION)
    options = {"cluster_time_limit": "200"} if ending == ".mkv" else {}  # ms; within a cluster nothing is found again
    info, frames = read(spoilt(write_video(tmp_path / f"video{ending}", video, options), 0.3, 0.7))
    assert info.damage is not None
    assert frames > 40
    assert info.damage.faulty_frames + info.damage.lost_pieces > 0


def test_whole_video_has_no_damage(tmp_path: Path) -> None:
    info, _ = read(write_video(tmp_path / "video.mp4", Video(times_ms=every(40, 100), sound_ms=(0, 4000))))
    assert info.damage is not None
    assert info.damage.numbers() == {"faulty_frames": 0, "lost_pieces": 0}


@pytest.mark.parametrize("ending", [".mp4", ".mov", ".flv", ".ts", ".mkv"])
@pytest.mark.parametrize("options", [{}, {"movflags": "+faststart"}, {"movflags": "frag_keyframe+empty_moov"}], ids=str)
def test_a_recording_written_behind_another_is_read_or_said(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, ending: str, options: dict[str, str]
) -> None:
    options = options if ending in {".mp4", ".mov"} else {}
    part = write_video(tmp_path / f"part{ending}", Video(times_ms=every(40, 25)), options)
    assert read(part)[1] == 25
    assert not caplog.messages, "of one recording nothing is said"
    joined = tmp_path / f"joined{ending}"
    joined.write_bytes(part.read_bytes() * 2)
    frames, is_said = read(joined)[1], any("has another recording behind it" in told for told in caplog.messages)
    assert frames == (25 if is_said else 50)


@pytest.mark.parametrize(
    ("faulty", "lost", "words"),
    [
        (0, 0, ""),
        (1, 0, "the input is damaged: 1 faulty picture"),
        (8, 2, "the input is damaged: 8 faulty pictures, 2 pieces that cannot be read"),
        (0, 1, "the input is damaged: 1 piece that cannot be read"),
    ],
)
def test_damage_is_one_clear_sentence(faulty: int, lost: int, words: str) -> None:
    assert damage_words(DamageNumbers(faulty_frames=faulty, lost_pieces=lost)) == words


def test_damage_stands_in_the_last_line_and_in_the_metrics() -> None:
    metrics = StreamMetrics(primary="x", swapper="mesh", device="cpu")
    assert "damaged" not in summary(metrics.snapshot()).plain
    metrics.damage.faulty_frames = 3
    assert metrics.snapshot()["damage"]["faulty_frames"] == 3
    assert summary(metrics.snapshot()).plain.endswith("the input is damaged: 3 faulty pictures")


@pytest.mark.parametrize("ending", [".mkv", ".mp4", ".flv"])
def test_video_that_is_cut_off_is_said_to_be(tmp_path: Path, ending: str, caplog: pytest.LogCaptureFixture) -> None:
    options = {"movflags": "faststart"} if ending == ".mp4" else {}
    video = Video(times_ms=every(40, 200), size_wh=(160, 128), sound_ms=(0, 8000))
    path = write_video(tmp_path / f"video{ending}", video, options)
    read(path)
    assert "is cut off" not in caplog.text
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    read(path)
    assert "is cut off" in caplog.text


@pytest.mark.parametrize(("until_ms", "is_cut_off"), [(30_000, False), (1900, True)])
def test_video_is_as_long_as_the_last_of_pictures_sound_and_subtitles(
    tmp_path: Path, until_ms: int, is_cut_off: bool, caplog: pytest.LogCaptureFixture
) -> None:
    """What it promises: the end of its subtitle, or more than it holds."""
    plain = write_video(tmp_path / "plain.mkv", Video(times_ms=every(40, 50), sound_ms=(0, 2000)))
    with av.open(str(plain)) as source, av.open(str(tmp_path / "video.mkv"), "w") as made:
        copies = [made.add_stream_from_template(stream) for stream in source.streams]
        add_lines(made, "subrip", language="deu", disposition=Disposition.default)
        line = av.Packet(b"Hello")
        line.stream, line.time_base, line.pts, line.dts = made.streams.subtitles[0], MS, 100, 100
        line.duration = until_ms - 100
        made.mux(line)
        for packet in source.demux():
            if packet.dts is not None:
                packet.stream = copies[packet.stream.index]
                made.mux(packet)
    if is_cut_off:
        content = (tmp_path / "video.mkv").read_bytes()
        wrong = struct.pack(">d", 30_000.0)
        at = content.index(b"\x44\x89\x88") + 3  # Matroska's Duration, ms
        (tmp_path / "video.mkv").write_bytes(content[:at] + wrong + content[at + 8 :])
    read(tmp_path / "video.mkv")
    assert ("is cut off" in caplog.text) is is_cut_off


def test_video_shorter_than_its_sound_or_with_rare_pictures_is_not_cut_off(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    for ending in (".mp4", ".mkv"):
        read(write_video(tmp_path / f"sound{ending}", Video(times_ms=every(40, 25), sound_ms=(0, 8000))))
        read(write_video(tmp_path / f"rare{ending}", Video(times_ms=[*every(40, 25), 9000], sound_ms=(0, 9000))))
    assert "is cut off" not in caplog.text
