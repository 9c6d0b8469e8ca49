"""A face that is found in a turned picture lies where it lies in the picture as it came."""

import numpy as np
import pytest

from engines.detectors.quarter_turns import detect_turned
from engines.fakes import FakeDetector, picture_with_faces
from engines.image.geometry import roi_from_detection


@pytest.mark.parametrize(("quarters", "angle_deg"), [(1, 90), (2, 180), (3, -90)])
def test_box_and_eyes_are_turned_back(quarters: int, angle_deg: float) -> None:
    picture = picture_with_faces((320, 240), [(80, 60, 40), (250, 180, 60)])
    upright = {tuple(found.box_xyxy.tolist()) for found in FakeDetector().detect(picture)}
    found = detect_turned(FakeDetector(), picture, quarters)
    assert len(found) == 2
    for face in found:
        near = min(upright, key=lambda box: float(np.abs(np.subtract(box, face.box_xyxy)).max()))
        assert near == pytest.approx(face.box_xyxy.tolist(), abs=1.5)
        middle = (face.box_xyxy[:2] + face.box_xyxy[2:]) / 2
        assert face.keypoints[2] == pytest.approx(middle, abs=1.5)
        turned = np.degrees(roi_from_detection(face).angle) - angle_deg
        assert (turned + 180) % 360 - 180 == pytest.approx(0, abs=0.1)
