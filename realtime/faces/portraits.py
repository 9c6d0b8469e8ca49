"""The two portraits that come with the product: the demo's source face, and the synthetic camera's target.

Both are in the public domain and were published by the agencies that made them, so nobody need be asked. The target
is the one without hat and glasses: who sees the demo looks at the face.
"""

from pathlib import Path

from models.manifest import load_manifest
from models.store import ModelStore

SOURCE, TARGET = "hopper", "astronaut"


def portraits(store: ModelStore) -> tuple[Path, Path]:
    """The source's and the target's, fetched where they are missing."""
    manifest = load_manifest()
    source, target = store.ensure_all([manifest.get(SOURCE), manifest.get(TARGET)])
    return source, target


def target_portrait(store: ModelStore) -> Path:
    """The one that the synthetic camera shows."""
    return store.ensure(load_manifest().get(TARGET))
