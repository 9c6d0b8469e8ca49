"""What a front orders of its hosts, with all that they need: no disk is shared, so the photos of faces go along.

Knows options and files; knows nothing of Ray.
"""

from dataclasses import dataclass, replace
from pathlib import Path

from realtime.cluster.headroom import LATE_MS
from realtime.config import RunConfig
from realtime.web.serve import ServeOptions
from realtime.web.videos.private_folder import private


@dataclass(frozen=True, slots=True)
class HostOrder:
    """photos: names and contents, in the order of the config's faces. places: sessions of each host. late_ms: where
    pictures come so late, nobody more is let in.
    """

    config: RunConfig
    photos: tuple[tuple[str, bytes], ...]
    ice: tuple[str, ...]
    places: int
    framed_by: str
    accepts_licences: bool = False
    late_ms: float = LATE_MS

    @classmethod
    def of(cls, config: RunConfig, options: ServeOptions, *, accepts_licences: bool) -> "HostOrder":
        """Reads the photos. Raises OSError."""
        photos = tuple((path.name, path.read_bytes()) for path in config.faces_from)
        return cls(config, photos, options.ice, options.sessions, options.framed_by, accepts_licences)

    def config_at(self, folder: Path) -> RunConfig:
        """The same on this node: the photos lie in `folder`."""
        paths = []
        for number, (name, content) in enumerate(self.photos):
            path = private(folder / str(number)) / name
            path.write_bytes(content)
            paths.append(path)
        return replace(self.config, faces_from=tuple(paths))
