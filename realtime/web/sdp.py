"""Session descriptions: what is in an offer, and what an answer tells a browser beside what aiortc writes.

Knows text; knows no connection.
"""

import re

from aiortc.sdp import SessionDescription

from realtime.web.auth import RefusedError

MDNS_NAME = re.compile(r"(?<= )[0-9a-f-]{36}\.local(?= )")
MOST_PARTS = 8
"""Of an offer (m= lines): sockets are opened for each. Browsers and OBS offer two or three."""
START_KBPS = 2000
"""Chromium would begin with 300 kbit/s, which is a blurred picture of half the size, and take half a minute to more."""


def require_offer(offer: str) -> None:
    """Raises RefusedError (400) for what is no SDP, or offers no video."""
    try:
        media = SessionDescription.parse(offer).media
    except Exception as error:
        raise not_understood(error) from error
    if len(media) > MOST_PARTS:
        raise not_understood(ValueError(f"it has {len(media)} parts, and {MOST_PARTS} are the most"))
    if "video" not in {part.kind for part in media}:
        raise not_understood(ValueError("there is no video in it"))


def not_understood(error: Exception) -> RefusedError:
    """Whatever a parser trips over, the offer is at fault: aiortc raises ValueError, KeyError, AssertionError ..."""
    problem = f"this offer cannot be answered: {str(error) or type(error).__name__}"
    return RefusedError(400, problem, remedy="send an SDP offer with video")


def sharp_from_the_start(answer: str) -> str:
    """The answer, with the rate at which Chromium's encoder shall begin; other browsers pass over it."""
    description = SessionDescription.parse(answer)
    for part in description.media:
        if part.kind == "video":
            for codec in part.rtp.codecs:
                if codec.name.lower() != "rtx":
                    codec.parameters["x-google-start-bitrate"] = START_KBPS
    return str(description)


def with_addresses(offer: str, address: str) -> str:
    """The offer with the names that browsers put in the place of their addresses replaced by where it came from.

    Few machines can resolve such a name, each costs a second, and aioice fails at once without any address; with one,
    the browser's own checks arrive in time, from wherever it is.
    """
    return MDNS_NAME.sub(address, offer)
