"""What can go wrong with devices, files and streams.

UserError
|-- ConsentError        a face whose owner was not asked
|-- SigningError        a manifest that cannot be signed
`-- StreamError
    |-- SourceError     a camera, file or URL that cannot be opened or read
    `-- SinkError       an output that cannot be opened, written or finished
        `-- ReaderGoneError     whoever read an output has gone: they had enough, and that is no failure
"""

from models.errors import UserError


class ConsentError(UserError):
    """Nobody said that the person whose face this is agreed."""


class SigningError(UserError):
    """What was made cannot get its signed manifest; it is made all the same."""


class StreamError(UserError):
    """A failure of the stream that a person can mend."""


class SourceError(StreamError):
    """An input that cannot be opened or read."""


class SinkError(StreamError):
    """An output that cannot be opened, written or finished."""


class ReaderGoneError(SinkError):
    """Nobody reads an output any more, because they had enough. Other outputs go on; without any the run ends."""
