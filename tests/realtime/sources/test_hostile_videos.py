"""Videos made to take memory, and words in them that are no UTF-8: read, or refused before there is memory for them."""

import socket
from pathlib import Path

import av
import pytest

from realtime.errors import SourceError
from realtime.media.ffmpeg import BOUNDS, open_input
from realtime.media.local_path import av_address
from realtime.outputs import open_sink
from realtime.provenance.marks import mark_in
from realtime.provenance.words import SOURCE_TYPE
from realtime.sources import open_source
from realtime.types import Outcome, ShownFrame
from realtime.web.videos import looking
from realtime.web.videos.looking import facts_of
from tests.realtime.clips import Clip, write_clip

UTF8, LATIN1 = b"caf\xc3\xa9", b"caf\xe9!"


@pytest.fixture
def titled(tmp_path: Path) -> Path:
    """A video whose title is in another encoding, as many old programs write it; and that carries a mark."""
    plain, path = write_clip(tmp_path / "plain.mp4", Clip(frames=3)), tmp_path / "titled.mp4"
    with av.open(str(plain)) as source, av.open(str(path), "w") as target:
        target.metadata.update({"title": UTF8.decode(), "comment": SOURCE_TYPE})
        made = {stream.index: target.add_stream_from_template(stream) for stream in source.streams}
        for packet in source.demux():
            if packet.dts is not None:
                packet.stream = made[packet.stream.index]
                target.mux(packet)
    path.write_bytes(path.read_bytes().replace(UTF8, LATIN1))
    return path


def test_words_in_another_encoding_end_no_video(titled: Path, tmp_path: Path) -> None:
    assert LATIN1 in titled.read_bytes()
    source = open_source(str(titled))
    sink = open_sink(str(tmp_path / "out.mp4"), source.info)
    frames = list(source.frames())
    for frame in frames:
        sink.send(ShownFrame(frame.image, frame.seq, 0, frame.pts, Outcome.SWAPPED))
    sink.close()
    assert len(frames) == 3
    assert facts_of(titled, "it").frames == 3
    assert mark_in(titled) is not None, "its mark is found beside them"
    with av.open(str(tmp_path / "out.mp4")) as written:
        assert written.metadata["title"].startswith("caf"), "what can be read of it is kept"


@pytest.mark.parametrize("comes_by", ["a pipe", "its name"])
def test_list_names_nothing_of_the_network(comes_by: str, tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(0.2)
        segment = f"http://127.0.0.1:{server.getsockname()[1]}/a.ts"
        path = tmp_path / "list.m3u8"
        path.write_text(f"#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXTINF:1,\n{segment}\n#EXT-X-ENDLIST\n")
        with path.open("rb") as content, pytest.raises(av.FFmpegError):
            open_input(content if comes_by == "a pipe" else av_address(path))
        with pytest.raises(TimeoutError):
            server.accept()


def test_video_of_too_many_pixels_is_refused_before_there_is_memory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = write_clip(tmp_path / "clip.mp4", Clip(frames=2))
    monkeypatch.setitem(BOUNDS, "max_pixels", "1000")
    with pytest.raises(SourceError) as refused:
        open_source(str(path))
    assert "megapixels" in refused.value.remedy


def test_uploaded_video_that_says_it_is_too_large_is_never_decoded(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = write_clip(tmp_path / "clip.mp4", Clip(frames=2))

    def opened(*_: object) -> None:
        raise AssertionError("decoded")

    monkeypatch.setattr(looking, "MOST_PIXELS", 1000)
    monkeypatch.setattr(looking, "open_file", opened)
    with pytest.raises(SourceError, match="96 x 64 pixels"):
        facts_of(path, "it")
