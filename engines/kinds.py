"""Kinds of engines by their names. Adding one is one new file with one decorator, somewhere in its package:

    @SWAPPERS.register("pixelate")
    def open_pixelate(choices: BuiltInChoices) -> FaceSwapper: ...

Knows names and who opens what; knows no model and no engine.
"""

from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from pkgutil import walk_packages
from typing import TYPE_CHECKING, Generic, Protocol, TypeAlias, TypeVar

from engines.backends import Opening, Session
from engines.types import FaceDetector, FaceOrigin, FaceSwapper
from models.spec import ModelSpec

if TYPE_CHECKING:
    from engines.backends.lacks import Look
    from engines.backends.onnx_file import Precision
    from engines.compositor.network import Compositor  # loads the compiler, for which --help need not wait

T = TypeVar("T")


class Registry(Generic[T]):
    """What is registered in the modules of a package, which are imported before the first name is looked up.

    package: its full name.
    """

    def __init__(self, package: str) -> None:
        self._package, self._is_loaded = package, False
        self._kinds: dict[str, T] = {}

    def register(self, name: str) -> Callable[[T], T]:
        """Decorates what opens the kind called `name`. Raises ValueError where another one has that name."""

        def keep(opener: T) -> T:
            if name in self._kinds:
                raise ValueError(f"there are two kinds of {self._package} called {name!r}")
            self._kinds[name] = opener
            return opener

        return keep

    def get(self, name: str) -> T | None:
        """What opens it; None where there is none of that name."""
        return self._loaded().get(name)

    def names(self) -> tuple[str, ...]:
        """In alphabetical order."""
        return tuple(sorted(self._loaded()))

    def items(self) -> tuple[tuple[str, T], ...]:
        """Names with what opens them, in alphabetical order."""
        return tuple(sorted(self._loaded().items(), key=lambda item: item[0]))

    def __contains__(self, name: str) -> bool:
        return name in self._loaded()

    def _loaded(self) -> dict[str, T]:
        if not self._is_loaded:
            self._is_loaded = True
            for module in walk_packages(import_module(self._package).__path__, f"{self._package}."):
                import_module(module.name)
        return self._kinds


@dataclass(frozen=True, slots=True, kw_only=True)
class BuiltInChoices:
    """What a person may choose about a swapper that needs no model file. compositor: opens our own network."""

    strength: float
    iris: FaceOrigin
    mouth: FaceOrigin
    compositor: "Callable[[], Compositor]"


class OpenDetector(Protocol):
    """Opens a family of ONNX detectors."""

    def __call__(self, spec: ModelSpec, session: Session, /, *, size: int | None) -> FaceDetector:
        """size: of the network's picture, px; None for its own. Raises ModelContractError."""
        ...


OpenOnDevice: TypeAlias = Callable[[Path, Opening], Session]


@dataclass(frozen=True, slots=True)
class DeviceKind:
    """needs: looks, the first lack being the one to tell. rank: place in `auto`'s order; None: never taken by itself.

    system: the only one that has it, as `platform.system` calls it. ladder: precisions to try; None for the usual ones.
    builds: whether engines are built first, which takes from seconds to minutes.
    """

    opener: OpenOnDevice
    needs: tuple["Look", ...]
    rank: int | None
    system: str | None
    ladder: "tuple[Precision, ...] | None"
    builds: bool


def device(
    name: str,
    *,
    needs: "tuple[Look, ...]" = (),
    rank: int | None = None,
    system: str | None = None,
    ladder: "tuple[Precision, ...] | None" = None,
    builds: bool = False,
) -> Callable[[OpenOnDevice], OpenOnDevice]:
    """Decorates what opens a file on the device that --device calls `name`. The rest: see DeviceKind."""

    def keep(opener: OpenOnDevice) -> OpenOnDevice:
        DEVICES.register(name)(DeviceKind(opener, needs, rank, system, ladder, builds))
        return opener

    return keep


SWAPPERS = Registry[Callable[[BuiltInChoices], FaceSwapper]](f"{__package__}.swappers")
"""Those that need no model file, by what --swapper calls them."""
DETECTORS = Registry[OpenDetector](f"{__package__}.detectors")
"""By the family of a row of the manifest."""
DEVICES = Registry[DeviceKind](f"{__package__}.devices")
"""By what --device calls them; `device` registers one."""
