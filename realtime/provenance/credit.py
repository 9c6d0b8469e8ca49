"""What a manifest says of a file: which program and model made it, and of what.

The input is an ingredient by its sha256: no picture and no name of it. The face that is worn is not named at all. Knows
facts and the words of C2PA 2 for them; signs nothing.
"""

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

from models.disk import sha256_of
from realtime.provenance.words import SOURCE_TYPE, TOOL

logger = logging.getLogger(__name__)

ACTIONS = "c2pa.actions.v2"
MODEL_KEY, NO_BADGE_KEY = "liveswap.model", "liveswap.no_badge"
HASH_PREFIX = "sha256:"
"""Of an ingredient's `instance_id`."""
INGREDIENT = "input"


@dataclass(frozen=True, slots=True)
class Credit:
    """home: where the certificate is. model: the swapper's name. input: the file it is made of, or the sha256 of one.

    Of a camera, an address and numbered pictures the input is None. no_badge: why there was no visible badge, told
    while the file is made.
    """

    home: Path
    model: str
    input: Path | str | None = None
    no_badge: Sequence[str] = ()

    def manifest(self) -> dict[str, Any]:
        """The definition that c2pa takes."""
        tool = {"name": TOOL, "version": version(TOOL)}
        input_hash = self.input_hash()
        edited: dict[str, Any] = {
            "action": "c2pa.edited",
            "digitalSourceType": SOURCE_TYPE,
            "softwareAgent": tool,
            "description": "Faces were replaced",
            "parameters": {MODEL_KEY: self.model},
        }
        if self.no_badge:
            edited["parameters"][NO_BADGE_KEY] = "; ".join(dict.fromkeys(self.no_badge))
        definition: dict[str, Any] = {"claim_generator_info": [tool]}
        if input_hash is None:
            begun: dict[str, Any] = {"action": "c2pa.created", "digitalSourceType": SOURCE_TYPE}
        else:
            begun = {"action": "c2pa.opened", "parameters": {"ingredientIds": [INGREDIENT]}}
            definition["ingredients"] = [
                {
                    "title": "the input",
                    "relationship": "parentOf",
                    "label": INGREDIENT,
                    "instance_id": HASH_PREFIX + input_hash,
                }
            ]
        definition["assertions"] = [{"label": ACTIONS, "data": {"actions": [begun, edited]}}]
        return definition

    def input_hash(self) -> str | None:
        """sha256 of the input; None where it is no file, or none that can still be read."""
        if self.input is None or isinstance(self.input, str):
            return self.input
        try:
            return sha256_of(self.input)
        except OSError as error:
            logger.warning("the manifest does not name the input: %s cannot be read: %s", self.input, error.strerror)
            return None
