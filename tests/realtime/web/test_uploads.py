"""Uploads are read beside everything else: a slow one, a large one or many of one address keep nobody waiting."""

import asyncio
import threading
import tracemalloc
import zlib
from pathlib import Path

import cv2
import numpy as np
import pytest

from benchmarks.common.fake_server import Served, find
from benchmarks.common.heif import Heic, heic_of
from engines.source_faces.fitness import FoundFace
from engines.types import Image
from realtime.errors import SourceError
from realtime.faces.consent import ConsentLedger
from realtime.web import uploads
from realtime.web.auth import RefusedError
from realtime.web.request_parts import LARGEST_UPLOAD
from realtime.web.uploads import AT_ONCE_OF_ADDRESS, FIT_PIXELS, MOST_PIXELS, Uploads
from tests.realtime.web.served import png, run, serving


def test_slow_photo_holds_up_neither_the_loop_nor_the_next_photo(tmp_path: Path) -> None:
    go_on = threading.Event()

    def find_slowly(image: Image, name: str) -> list[FoundFace]:
        if name == "slow":
            assert go_on.wait(30)
        return find(image, name)

    async def test() -> None:
        desk = Uploads(find_slowly, ConsentLedger(tmp_path))
        slow = asyncio.create_task(desk.read(png(), "slow", has_consent=True, whose="ann"))
        (quick,) = await desk.read(png(), "quick", has_consent=True, whose="bob")
        assert quick.photo.name == "quick"
        assert not slow.done()
        go_on.set()
        assert (await slow)[0].photo.name == "slow"
        desk.close()

    run(test)


def test_photo_of_a_phone_is_read_as_it_comes(tmp_path: Path) -> None:
    async def test() -> None:
        desk = Uploads(find, ConsentLedger(tmp_path))
        photo = heic_of(np.full((96, 64, 3), 120, np.uint8))
        (entry,) = await desk.read(photo, "IMG_1.HEIC", has_consent=True, whose="ann")
        assert entry.photo.image.shape == (96, 64, 3)
        lies = heic_of(np.full((96, 64, 3), 120, np.uint8), Heic(lies={"tile": (30_000, 30_000)}))
        with pytest.raises(SourceError, match="at most 32 million"):
            await desk.read(lies, "lies.HEIC", has_consent=True, whose="ann")
        desk.close()

    run(test)


def test_large_photo_is_made_smaller_and_a_larger_one_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[int] = []

    def find_it(image: Image, name: str) -> list[FoundFace]:
        seen.append(image.shape[0] * image.shape[1])
        return find(image, name)

    async def test() -> None:
        desk = Uploads(find_it, ConsentLedger(tmp_path))
        jpeg = cv2.imencode(".jpg", np.full((2000, 3000, 3), 99, np.uint8))[1].tobytes()
        await desk.read(jpeg, "large", has_consent=True, whose="ann")
        assert seen == [pytest.approx(FIT_PIXELS, rel=0.01)]
        monkeypatch.setattr(uploads, "MOST_PIXELS", 5_000_000)
        with pytest.raises(SourceError, match="3000 x 2000"):
            await desk.read(jpeg, "larger", has_consent=True, whose="ann")
        desk.close()

    assert MOST_PIXELS < 40_000_000
    run(test)


def test_address_sends_few_at_once_and_others_are_not_kept_waiting(tmp_path: Path) -> None:
    desk = Uploads(find, ConsentLedger(tmp_path))
    held = [desk.one_of("2001:db8::1") for _ in range(AT_ONCE_OF_ADDRESS)]
    for one in held:
        one.__enter__()
    with pytest.raises(RefusedError) as refused, desk.one_of("2001:db8::2"):
        pass
    assert (refused.value.status, "Retry-After" in refused.value.headers) == (429, True)
    with desk.one_of("2001:db9::1"):
        pass
    for one in held:
        one.__exit__(None, None, None)
    with desk.one_of("2001:db8::1"):
        pass
    desk.close()


def test_bomb_is_unpacked_no_further_than_a_photo_may_be_long(tmp_path: Path) -> None:
    packer = zlib.compressobj(9, zlib.DEFLATED, 31)
    bomb = b"".join(packer.compress(bytes(1 << 20)) for _ in range(200)) + packer.flush()

    async def test(server: Served) -> None:
        tracemalloc.start()
        answer = await server.client.post("/photo", data=bomb, headers={"Content-Encoding": "gzip"})
        most = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        assert answer.status == 413
        assert most < 3 * LARGEST_UPLOAD

    serving(test, tmp_path)
