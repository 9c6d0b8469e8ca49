"""Built engines on this disk: a plan is good for one model, one library, one kind of GPU, and nothing else.

Knows files and what must be the same; knows no TensorRT. A damaged file is noticed, removed and counts as missing.
"""

import hashlib
import json
import logging
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

import filelock

from engines.backends.trt_flavour import Flavour
from engines.errors import EngineError

logger = logging.getLogger(__name__)

MAGIC = b"liveswap engine\n"


@dataclass(frozen=True, slots=True)
class EngineKey:
    """All that a plan depends on.

    gpu: "sm89", or the targets of a build ahead of time. driver: "" without one. Precision is in the model's bytes.
    """

    model: str  # its name, for people
    model_sha256: str
    flavour: Flavour
    version: str
    gpu: str
    driver: str
    batch: tuple[int, int, int]
    edge: int | None

    @property
    def filename(self) -> str:
        content = json.dumps(asdict(self), sort_keys=True).encode()
        return f"{self.model}-{self.flavour}-{self.gpu}-{hashlib.sha256(content).hexdigest()[:16]}.engine"


class EngineCache:
    """A folder of plans, shared by all processes of a user; made when first needed."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def get(self, key: EngineKey) -> bytes | None:
        """The plan of `key`; None when there is none, or none that is whole."""
        path = self._folder / key.filename
        try:
            content = path.read_bytes()
        except FileNotFoundError:
            return None
        plan = _unpack(content, key)
        if plan is None:
            logger.warning("%s is damaged and was removed; it is built again", path)
            path.unlink(missing_ok=True)
        return plan

    def put(self, key: EngineKey, plan: bytes) -> Path:
        """Keep `plan`. Raises EngineError when the disk refuses."""
        header = json.dumps({**asdict(key), "sha256": hashlib.sha256(plan).hexdigest()}).encode()
        return self._write(self._folder / key.filename, MAGIC + header + b"\n" + plan)

    def ensure(self, key: EngineKey, build: Callable[[bytes], tuple[bytes, bytes]]) -> bytes:
        """The plan of `key`, built if need be; of several processes one builds and the others wait.

        build: takes the timing cache of earlier builds, returns the plan and the timing cache after it.
        """
        plan = self.get(key)
        if plan is not None:
            return plan
        with self._alone(key):
            plan = self.get(key)
            if plan is None:
                timings = self._timings(key)
                plan, learnt = build(timings.read_bytes() if timings.is_file() else b"")
                self.put(key, plan)
                if learnt:
                    self._write(timings, learnt)
        return plan

    def _timings(self, key: EngineKey) -> Path:
        return self._folder / f"{key.flavour}-{key.version}-{key.gpu}.timings"

    @contextmanager
    def _alone(self, key: EngineKey) -> Iterator[None]:
        self._folder.mkdir(parents=True, exist_ok=True)
        with filelock.FileLock(self._folder / f".{key.filename}.lock"):
            yield

    def _write(self, path: Path, content: bytes) -> Path:
        part = path.with_name(f"{path.name}.{os.getpid()}.part")
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            part.write_bytes(content)
            part.replace(path)
        except OSError as error:
            part.unlink(missing_ok=True)
            raise EngineError(
                f"the engine cannot be kept in {self._folder}: {error}",
                remedy="make room there, or set LIVESWAP_HOME to a folder on another disk",
            ) from error
        return path


def _unpack(content: bytes, key: EngineKey) -> bytes | None:
    """The plan of a file, if it is whole and of `key`."""
    if not content.startswith(MAGIC):
        return None
    header, separator, plan = content[len(MAGIC) :].partition(b"\n")
    try:
        told = json.loads(header)
    except ValueError:
        return None
    wanted = json.loads(json.dumps(asdict(key)))
    is_whole = bool(separator) and isinstance(told, dict) and told.pop("sha256", "") == hashlib.sha256(plan).hexdigest()
    return plan if is_whole and told == wanted else None
