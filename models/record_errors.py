"""What is said of a record on the disk that cannot be read or written. Knows words; opens nothing."""

from dataclasses import dataclass
from pathlib import Path

from models.errors import UserError


@dataclass(frozen=True, slots=True)
class RecordErrors:
    """path: of the record. what: it holds, for messages, e.g. "consents". remedy: where it cannot be written.

    kind: what is to be raised.
    """

    path: Path
    what: str
    remedy: str
    kind: type[UserError] = UserError

    def unreadable(self, reason: Exception) -> UserError:
        """Raise this where the file is there and its bytes or its entries cannot be read."""
        said = f"the record of {self.what} {self.path} cannot be read: {reason}"
        return self.kind(said, remedy=f"delete {self.path}")

    def unwritable(self, reason: OSError) -> UserError:
        """Raise this where nothing can be put there."""
        return self.kind(f"the record of {self.what} {self.path} cannot be written: {reason}", remedy=self.remedy)
