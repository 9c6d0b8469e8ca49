"""The sheet for the eye: its people, its tiles and its table."""

import numpy as np
import pytest

from benchmarks import contact_sheet
from benchmarks.common.sheets import in_rows, tile
from engines.mesh.mesh_topology import mean_face
from engines.types import FaceLandmarks
from tests.benchmarks.common.test_people import SPLIT


def test_there_are_12_sources_and_8_targets_whom_no_network_is_trained_on() -> None:
    assert (len(set(contact_sheet.SOURCES)), len(set(contact_sheet.TARGETS))) == (12, 8)
    assert not set(contact_sheet.SOURCES) & set(contact_sheet.TARGETS)
    assert {*contact_sheet.SOURCES, *contact_sheet.TARGETS} <= set(SPLIT.read_text().split())


def test_the_table_has_a_row_for_each_source_on_each_target() -> None:
    assert list(contact_sheet.table(["a", "b"], ["x"])) == [
        "| source | target | verdict |",
        "|---|---|---|",
        "| a | x | |",
        "| b | x | |",
    ]
    assert len(list(contact_sheet.table(contact_sheet.SOURCES, contact_sheet.TARGETS))) == 2 + 96


@pytest.mark.parametrize(("count", "size_hw"), [(1, (10, 30)), (3, (10, 30)), (4, (20, 30))])
def test_the_last_row_is_filled_up(count: int, size_hw: tuple[int, int]) -> None:
    sheet = in_rows([np.full((10, 10, 3), 9, np.uint8)] * count, 3)
    assert sheet.shape[:2] == size_hw
    assert np.count_nonzero(sheet[..., 0]) == count * 100


@pytest.mark.parametrize(("around", "share"), [(0.5, 1.0), (1.0, 0.5)])
def test_a_tile_shows_so_much_around_the_face(around: float, share: float) -> None:
    face = FaceLandmarks((mean_face() * 80 + (200, 200, 0)).astype(np.float32), 1.0)
    low, high = face.points[:, 1].min(), face.points[:, 1].max()
    picture = np.zeros((400, 400, 3), np.uint8)
    picture[round(float(low)) : round(float(high))] = 255
    shown = tile(picture, face, 100, around)
    assert np.count_nonzero(shown[:, 50, 0] > 127) == pytest.approx(100 * share, abs=2)
