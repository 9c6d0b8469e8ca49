"""A process of its own that sends bytes to an address, so that a network that hangs stops nothing but itself.

ffmpeg's protocols are opened and written to under Python's lock, which a server that does not answer would keep for
minutes. Started as `python -m realtime.outputs.publisher`; on its standard input come one line of JSON (url, unit) and
then the stream; it says OPEN on its standard output once it is connected, or ends with the reason. The address comes by
standard input because a command line can be read by everybody on the machine.

Knows protocols; knows nothing of what is in the bytes but how many belong together.
"""

import io
import json
import os
import sys
from fractions import Fraction

import av

from realtime.media.ffmpeg import explain, listening

OPEN = "open"
CHUNK_BYTES = 65_536


def main() -> int:
    """Copy standard input to the address that its first line names. Returns the exit status."""
    source = os.fdopen(0, "rb", buffering=0)
    try:
        wish = json.loads(_first_line(source))
        publish(source, wish["url"], int(wish["unit"]))
    except (av.FFmpegError, OSError, ValueError) as error:
        sys.stdout.write(f"{explain(error)}\n")
        return 1
    return 0


def publish(source: io.FileIO, url: str, unit: int) -> None:
    """Send everything from `source`, in pieces of whole units of so many bytes. Raises av.FFmpegError."""
    with listening():
        target = av.open(url, "w", format="data", container_options={"flush_packets": "1"})
        stream = target.add_data_stream()
        target.start_encoding()
    sys.stdout.write(f"{OPEN}\n")
    sys.stdout.flush()
    rest, number = b"", 0
    while chunk := source.read(CHUNK_BYTES):
        rest += chunk
        whole = len(rest) // unit * unit
        if whole:
            packet = av.Packet(rest[:whole])
            packet.stream, packet.time_base = stream, Fraction(1, 1000)
            packet.pts = packet.dts = number
            target.mux(packet)
            rest, number = rest[whole:], number + 1
    target.close()


def _first_line(source: io.FileIO) -> bytes:
    line = b""
    while not line.endswith(b"\n"):
        byte = source.read(1)
        if not byte:
            raise ValueError("no address came")
        line += byte
    return line


if __name__ == "__main__":
    sys.exit(main())
