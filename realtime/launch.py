"""Where the command begins. Until everything is loaded, seconds on a busy machine, Ctrl-C just ends it.

Python would show a traceback of whatever was being imported. Imports nothing by itself.
"""

import signal


def main() -> None:
    """Load the command line, run it and exit."""
    given = signal.getsignal(signal.SIGINT)
    if given is signal.default_int_handler:  # not where `nohup` or a shell's & had it ignored
        signal.signal(signal.SIGINT, signal.SIG_DFL)
    from realtime.cli import main as run  # noqa: PLC0415  see above

    signal.signal(signal.SIGINT, given)
    run()
