"""`liveswap` with a camera that can be unplugged and engines that can be lost, by files in a folder.

    python -m benchmarks.surviving.faulty_run FOLDER run --input 0 ...     (a subprocess of benchmarks.survive)

Camera 0 is the synthetic one behind what OpenCV would give; while FOLDER/unplugged exists it neither opens nor gives
pictures. While FOLDER/lost exists every network fails as one does whose device was lost. All else is the product's own.
"""

import sys
import time
from collections.abc import Callable, Mapping
from fractions import Fraction
from functools import partial
from pathlib import Path
from typing import Any

import cv2

from engines.backends.litert import LiteRtSession
from models.store import ModelStore
from realtime import sources
from realtime.cli.main import main
from realtime.faces.portraits import target_portrait
from realtime.pictures.reading import read_image
from realtime.sources.camera import CameraSource
from realtime.sources.synthetic import SyntheticSource

UNPLUGGED, LOST = "unplugged", "lost"
SIZE_WH, RATE = (640, 360), 30
NO_PICTURE_S = 0.1
"""What the driver of a camera that is gone is waited for; OpenCV waits a second."""
SAYS: Mapping[int, float] = {
    cv2.CAP_PROP_FRAME_WIDTH: SIZE_WH[0],
    cv2.CAP_PROP_FRAME_HEIGHT: SIZE_WH[1],
    cv2.CAP_PROP_FPS: RATE,
}


class Webcam:
    """What a camera's reader uses of cv2.VideoCapture. Its pictures go on however often it is opened."""

    def __init__(self, camera: SyntheticSource, folder: Path) -> None:
        self._camera, self._gone = camera, folder / UNPLUGGED
        self._number, self._began_s = 0, 0.0

    def isOpened(self) -> bool:  # noqa: N802  OpenCV's name
        return not self._gone.exists()

    def set(self, _prop: int, _value: float) -> bool:
        return True

    def get(self, prop: int) -> float:
        return SAYS.get(prop, 0.0)

    def grab(self) -> bool:
        """At the camera's pace."""
        if self._gone.exists():
            time.sleep(NO_PICTURE_S)
            return False
        self._began_s = self._began_s or time.monotonic()
        self._number = max(self._number + 1, int((time.monotonic() - self._began_s) * RATE))
        time.sleep(max(0.0, self._began_s + self._number / RATE - time.monotonic()))
        return True

    def retrieve(self) -> tuple[bool, Any]:
        return True, self._camera.render(self._number)

    def release(self) -> None: ...


Run = Callable[..., Mapping[str, Any]]


def losing(run: Run, folder: Path) -> Run:
    """A network's `run` that fails while its device is gone."""

    def run_or_fail(self: LiteRtSession, *tensors: Any) -> Mapping[str, Any]:
        if (folder / LOST).exists():
            raise RuntimeError("device lost: the driver was reset, or the device removed")
        return run(self, *tensors)

    return run_or_fail


if __name__ == "__main__":
    place = Path(sys.argv.pop(1))
    synthetic = SyntheticSource(
        read_image(target_portrait(ModelStore())), size_wh=SIZE_WH, rate=Fraction(RATE), timed=False
    )
    webcam = Webcam(synthetic, place)
    setattr(sources, "CameraSource", partial(CameraSource, opener=lambda _where, _backend: webcam))  # noqa: B010
    setattr(LiteRtSession, "run", losing(LiteRtSession.run, place))  # noqa: B010
    main()
