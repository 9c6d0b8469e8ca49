"""What can go wrong with pixels and runtimes.

UserError
`-- EngineError
    |-- BackendUnavailableError   a runtime is missing or does not work here
    |-- ModelContractError        a model file is not what its manifest row says
    `-- SourcePhotoError          a photo that cannot be used as a source face, and why
"""

from models.errors import UserError


class EngineError(UserError):
    """A failure inside the engines layer that a person can mend."""


class BackendUnavailableError(EngineError):
    """A runtime that was asked for is missing or broken."""


class ModelContractError(EngineError):
    """A model's inputs or outputs differ from what its family promises."""


class SourcePhotoError(EngineError):
    """A photo that cannot serve as a source face."""
