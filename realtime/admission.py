"""What must be agreed to before a run: by the people whose faces are worn, and to the licences of what is fetched.

The same for the command line and the Python API. Knows who must have agreed; asks nobody itself (it is given a way to
ask).
"""

from collections.abc import Callable, Collection
from pathlib import Path

from models.licences import LicenceDesk
from models.progress import Progress, ignore_progress
from models.store import ModelStore
from realtime.config import RunConfig
from realtime.faces.consent import ConsentLedger
from realtime.faces.person import content_of


def require_consent(
    config: RunConfig,
    home: Path,
    *,
    given: bool,
    ask: Callable[[str], bool] | None,
    lent: Collection[Path] = (),
) -> None:
    """Return when there is consent for every photo, and for whom a network was trained on; else raise UserError.

    home: where answers are kept. given, ask: see ConsentLedger. lent: photos of ours, which need none.
    """
    ledger = ConsentLedger(home / "consent.json")
    for photo in config.sources:
        if photo in lent:
            continue
        ledger.require(content_of(photo), photo.name, given=given, ask=ask)
    from realtime.swapper_options import person_in_weights  # noqa: PLC0415  seconds that a question need not wait

    person = person_in_weights(config)
    if person is not None:
        ledger.require(person.sha256.encode(), person.name, given=given, ask=ask)


def store_of(
    home: Path, *, accepts_licences: bool, ask: Callable[[str], bool] | None, progress: Progress = ignore_progress
) -> ModelStore:
    """The models in `home`, of which none is fetched before its licence is accepted. ask: see LicenceDesk."""
    return ModelStore(home, progress, LicenceDesk(home / "licences.json", given=accepts_licences, ask=ask).require)
