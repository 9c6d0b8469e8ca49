"""Peers and floors, each for one round: that they run, do what they say, and are skipped with a reason."""

from itertools import islice
from pathlib import Path

import av
import pytest

from benchmarks import browser, floors
from benchmarks.duel import Duel
from benchmarks.peers import ROWS, Row
from benchmarks.ring import Ring
from models.errors import UserError
from models.store import ModelStore
from realtime.bench.equipment import Equipment
from realtime.outputs import open_sink
from realtime.types import Outcome, ShownFrame

QUICK = [row for row in ROWS if row.duel.name not in {"aiortc echo", "insightface"}]
FILM_FRAMES, LATE_TICKS = 24, 1500


@pytest.fixture(scope="module")
def ring(tmp_path_factory: pytest.TempPathFactory, store: ModelStore) -> Ring:
    folder = tmp_path_factory.mktemp("ring")
    return Ring(film(folder / "film.mp4", store), folder, store, frames=8)


def film(path: Path, store: ModelStore) -> Path:
    """Of the synthetic camera, with times as a live film's: every third picture is late by half a period."""
    camera = Equipment(store).camera((640, 360), paced=False)
    sink = open_sink(str(path), camera.info)
    for frame in islice(camera.frames(), FILM_FRAMES):
        late = LATE_TICKS if frame.seq % 3 == 2 else 0
        sink.send(ShownFrame(frame.image, frame.seq, frame.captured_ns, frame.pts + late, Outcome.NO_FACE))
    sink.close()
    return path


@pytest.mark.parametrize("row", QUICK, ids=lambda row: row.duel.name)
def test_a_row_is_measured(ring: Ring, row: Row) -> None:
    duel = row.run(ring, 1)
    assert not duel.skipped
    assert duel.ours_ms[0] > 0
    assert duel.theirs_ms[0] > 0


@pytest.mark.filterwarnings("ignore")  # insightface's dependencies deprecate what it uses
def test_insightface_is_measured_on_the_same_file(ring: Ring) -> None:
    pytest.importorskip("insightface", reason="the peer insightface is not installed")
    [row] = [row for row in ROWS if row.duel.name == "insightface"]
    duel = row.run(ring, 1)
    assert not duel.skipped
    assert duel.ours_ms[0] > 0
    assert duel.theirs_ms[0] > 0


def test_the_bare_transcode_writes_every_frame(ring: Ring) -> None:
    floors.bare_transcode(ring, "h264")
    with av.open(str(ring.folder / "bare.mp4")) as written:
        assert sum(1 for _ in written.decode(video=0)) == FILM_FRAMES


def test_a_missing_browser_is_a_reason(ring: Ring, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(browser, "CHROMIUM", None)
    [row] = [row for row in ROWS if row.duel.name == "aiortc echo"]
    assert "Chromium" in row.run(ring, 1).skipped


@pytest.mark.parametrize("error", [ImportError("no module"), UserError("no file", remedy="make one")])
def test_what_is_missing_skips_one_row_only(ring: Ring, error: Exception) -> None:
    def sides(_ring: Ring) -> None:
        raise error

    assert Row(Duel("d", "a", "b"), sides).run(ring, 1).skipped == str(error)  # type: ignore[arg-type]
