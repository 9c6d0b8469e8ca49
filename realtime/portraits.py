"""The two portraits that come with the product: the demo's source face, and the synthetic camera's wearer.

Both are in the public domain and were published by the agencies that made them, so nobody need be asked.
"""

from pathlib import Path

from models.manifest import load_manifest
from models.store import ModelStore

SOURCE, WEARER = "astronaut", "hopper"


def portraits(store: ModelStore) -> tuple[Path, Path]:
    """The source's and the wearer's, fetched where they are missing."""
    manifest = load_manifest()
    source, wearer = store.ensure_all([manifest.get(SOURCE), manifest.get(WEARER)])
    return source, wearer


def wearer_portrait(store: ModelStore) -> Path:
    """The one that the synthetic camera shows."""
    return store.ensure(load_manifest().get(WEARER))
