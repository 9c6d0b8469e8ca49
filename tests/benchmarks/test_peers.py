"""Peers and lower bounds, each for one round: that they run, do what they say, and are skipped with a reason."""

from itertools import islice
from pathlib import Path

import av
import pytest

from benchmarks.common import browser, lower_bounds
from benchmarks.common.ab_timing import AbTiming
from benchmarks.common.fixture import Fixture
from benchmarks.peers import ROWS, Row
from models.errors import UserError
from models.store import ModelStore
from realtime.bench.equipment import Equipment
from realtime.outputs import open_sink
from realtime.types import Outcome, ShownFrame

QUICK = [row for row in ROWS if row.timing.name not in {"aiortc echo", "insightface"}]
VIDEO_FRAMES, LATE_TICKS = 24, 1500


@pytest.fixture(scope="module")
def fixture(tmp_path_factory: pytest.TempPathFactory, store: ModelStore) -> Fixture:
    folder = tmp_path_factory.mktemp("ring")
    return Fixture(video(folder / "video.mp4", store), folder, store, frames=8)


def video(path: Path, store: ModelStore) -> Path:
    """Of the synthetic camera, with times as a live video's: every third picture is late by half a period."""
    camera = Equipment(store).camera((640, 360), paced=False)
    sink = open_sink(str(path), camera.info)
    for frame in islice(camera.frames(), VIDEO_FRAMES):
        late = LATE_TICKS if frame.seq % 3 == 2 else 0
        sink.send(ShownFrame(frame.image, frame.seq, frame.captured_ns, frame.pts + late, Outcome.NO_FACE))
    sink.close()
    return path


@pytest.mark.parametrize("row", QUICK, ids=lambda row: row.timing.name)
def test_a_row_is_measured(fixture: Fixture, row: Row) -> None:
    timing = row.run(fixture, 1)
    assert not timing.skipped
    assert timing.ours_ms[0] > 0
    assert timing.theirs_ms[0] > 0


@pytest.mark.filterwarnings("ignore")  # insightface's dependencies deprecate what it uses
def test_insightface_is_measured_on_the_same_file(fixture: Fixture) -> None:
    pytest.importorskip("insightface", reason="the peer insightface is not installed")
    [row] = [row for row in ROWS if row.timing.name == "insightface"]
    timing = row.run(fixture, 1)
    assert not timing.skipped
    assert timing.ours_ms[0] > 0
    assert timing.theirs_ms[0] > 0


def test_the_bare_transcode_writes_every_frame(fixture: Fixture) -> None:
    lower_bounds.bare_transcode(fixture, "h264")
    with av.open(str(fixture.folder / "bare.mp4")) as written:
        assert sum(1 for _ in written.decode(video=0)) == VIDEO_FRAMES


def test_a_missing_browser_is_a_reason(fixture: Fixture, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(browser, "CHROMIUM", None)
    [row] = [row for row in ROWS if row.timing.name == "aiortc echo"]
    assert "Chromium" in row.run(fixture, 1).skipped


@pytest.mark.parametrize("error", [ImportError("no module"), UserError("no file", remedy="make one")])
def test_what_is_missing_skips_one_row_only(fixture: Fixture, error: Exception) -> None:
    def sides(_ring: Fixture) -> None:
        raise error

    assert Row(AbTiming("d", "a", "b"), sides).run(fixture, 1).skipped == str(error)  # type: ignore[arg-type]
