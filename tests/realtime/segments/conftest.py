"""A video of one face with sound, that can be cut in its middle."""

from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import av
import cv2
import numpy as np
import pytest

from realtime.pictures.reading import read_image
from tests.realtime.sounds import HEARING_HZ, noise

RATE, SECONDS, REPEATS, SIZE_WH = 12, 4, 3, (256, 300)


@pytest.fixture(scope="session")
def face_video(tmp_path_factory: pytest.TempPathFactory, model_file: Callable[[str], Path]) -> Path:
    """48 pictures of a face that moves a little, in 4 s with a key frame each; noise to be heard."""
    path = tmp_path_factory.mktemp("segments") / "face.mp4"
    face = np.asarray(cv2.resize(read_image(model_file("hopper")), SIZE_WH), np.uint8)
    with av.open(str(path), "w") as container:
        pictures = container.add_stream("libx264", rate=RATE, options={"g": str(RATE)})
        pictures.width, pictures.height, pictures.pix_fmt = *SIZE_WH, "yuv420p"
        sound = container.add_stream("aac", rate=HEARING_HZ, layout="mono")
        for number in range(RATE * SECONDS):
            moved = np.ascontiguousarray(np.roll(face, number % 7, axis=1))
            frame = av.VideoFrame.from_ndarray(moved, format="bgr24")
            frame.pts, frame.time_base = number, Fraction(1, RATE)
            container.mux(pictures.encode(frame))
        whole = av.AudioFrame.from_ndarray(noise(SECONDS), format="fltp", layout="mono")
        whole.sample_rate, whole.pts, whole.time_base = HEARING_HZ, 0, Fraction(1, HEARING_HZ)
        container.mux([*sound.encode(whole), *pictures.encode(None), *sound.encode(None)])
    return path


@pytest.fixture(scope="session")
def long_face_video(face_video: Path) -> Path:
    """The same three times over, without sound."""
    return repeated(face_video, REPEATS)


def repeated(video: Path, times: int, slowed: int = 1) -> Path:
    """The same so often, without sound, beside it. slowed: each picture is shown so many times as long."""
    path = video.with_name(f"{times}-times-{slowed}.mp4")
    with av.open(str(video)) as source, av.open(str(path), "w") as target:
        pictures = source.streams.video[0]
        stream = target.add_stream_from_template(pictures)
        for number in range(times):
            source.seek(0)
            for packet in source.demux(pictures):
                if packet.pts is None or packet.dts is None:
                    continue
                shift = round(number * SECONDS / packet.time_base)
                packet.pts, packet.dts = (packet.pts + shift) * slowed, (packet.dts + shift) * slowed
                packet.duration, packet.stream = (packet.duration or 0) * slowed, stream
                target.mux(packet)
    return path
