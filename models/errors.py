"""Failures that a person can mend.

Knows the tree below; knows nothing of how they are shown (that is `realtime.cli.main`). This is the lowest layer, so
every layer may raise them.

    UserError                  anything with a remedy: printed as `error:` + `hint:`, exit status 2
    |-- UnknownModelError      a name that is not in the manifest
    |-- ManifestError          a manifest that cannot be read
    |-- DownloadError          the bytes could not be fetched or stored
    |-- LicenceError           a licence that must be accepted first, and was not
    `-- ChecksumError          bytes came, but not the ones that were promised
"""


class UserError(Exception):
    """A failure with a remedy. It cannot be made without one.

    problem: what went wrong, with the values involved and the library's own message. remedy: what to type or change.
    """

    def __init__(self, problem: str, *, remedy: str) -> None:
        super().__init__(problem)
        self.remedy = remedy


class UnknownModelError(UserError):
    """The manifest has no such model."""


class ManifestError(UserError):
    """A manifest that cannot be read, or a row that is not what it should be."""


class DownloadError(UserError):
    """A model file could not be fetched or stored."""


class LicenceError(UserError):
    """A model's licence was not accepted, so it was not fetched."""


class ChecksumError(UserError):
    """A file is not the one the manifest names."""
