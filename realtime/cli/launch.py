"""Where the command begins and ends.

Until everything is loaded, seconds on a busy machine, Ctrl-C just ends it: Python would show a traceback of whatever
was being imported. At the end a thread may have been left behind with a frame that nobody waits for, in compiled code
that aborts the process when it is torn down under it: then nothing is torn down.

Imports nothing of ours by itself.
"""

import os
import signal
import sys
import threading


def main() -> None:
    """Load the command line, run it and exit."""
    given = signal.getsignal(signal.SIGINT)
    if given is signal.default_int_handler:  # not where `nohup` or a shell's & had it ignored
        signal.signal(signal.SIGINT, signal.SIG_DFL)
    from realtime.cli.main import main as run  # noqa: PLC0415  see above

    signal.signal(signal.SIGINT, given)
    try:
        run()
    except SystemExit as end:
        if threading.active_count() > 1 and isinstance(end.code, int):
            sys.stdout.flush()
            sys.stderr.flush()
            os._exit(end.code)
        raise
