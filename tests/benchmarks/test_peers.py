"""Peers and floors, each for one round: that they run, do what they say, and are skipped with a reason."""

import av
import pytest

from benchmarks import browser, floors
from benchmarks.duel import Duel
from benchmarks.peers import ROWS, Row
from benchmarks.ring import Ring
from models.errors import UserError
from models.store import ModelStore

QUICK = [row for row in ROWS if row.duel.name not in {"aiortc echo", "insightface"}]


@pytest.fixture(scope="module")
def ring(tmp_path_factory: pytest.TempPathFactory, store: ModelStore) -> Ring:
    return Ring(None, tmp_path_factory.mktemp("ring"), store)


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
    assert duel.ratio < 1


def test_the_bare_transcode_writes_every_frame(ring: Ring) -> None:
    floors.bare_transcode(ring, "h264")
    with av.open(str(ring.clip)) as before, av.open(str(ring.folder / "bare.mp4")) as after:
        assert sum(1 for _ in after.decode(video=0)) == sum(1 for _ in before.decode(video=0)) > 100


def test_a_missing_browser_is_a_reason(ring: Ring, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(browser, "CHROMIUM", None)
    [row] = [row for row in ROWS if row.duel.name == "aiortc echo"]
    assert "Chromium" in row.run(ring, 1).skipped


@pytest.mark.parametrize("error", [ImportError("no module"), UserError("no file", remedy="make one")])
def test_what_is_missing_skips_one_row_only(ring: Ring, error: Exception) -> None:
    def sides(_ring: Ring) -> None:
        raise error

    assert Row(Duel("d", "a", "b"), sides).run(ring, 1).skipped == str(error)  # type: ignore[arg-type]
