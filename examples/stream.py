"""A live stream that changes while it runs: python stream.py alice.jpg 0 call.mkv. The camera "test" needs none."""

import sys

from liveswap import open_stream

face, camera, output = sys.argv[1:4]
with open_stream(face, source=camera, outputs=[output], i_have_consent=True) as stream:
    while not stream.numbers["frames_out"]:  # the first frame takes a moment
        stream.wait(timeout_s=0.1)
    for command in ("strength 0.8", "mirror on", "when-lost blur"):
        if stream.wait(timeout_s=1):  # it has ended by itself
            break
        print(stream.command(command))
    numbers = stream.numbers
print(f"{numbers['frames_out']} frames, {numbers['latency_ms']['p50']} ms old when they leave")
