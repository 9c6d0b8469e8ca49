"""Where a video may be cut: when its pictures are shown, and which of them stand by themselves.

Packets are read and nothing is decoded. Times that can only be told by reading from the beginning (they jump, are
missing or come twice) are refused: whoever begins in the middle would count otherwise.
Knows packets; realtime/segments/plan.py knows where to cut.
"""

from pathlib import Path

from realtime.errors import SourceError
from realtime.media.damage import Damage
from realtime.media.ffmpeg import open_input
from realtime.media.joined_streams import TRANSPORT_OPTIONS
from realtime.media.local_path import av_address
from realtime.media.programme_map import codec_changes
from realtime.segments.plan import Cuts
from realtime.sources.media import ONE_STAMP_FORMATS, open_file
from realtime.sources.packets import VideoPackets
from realtime.sources.tracks import TrackFacts, video_track


def video_cuts(path: Path) -> Cuts:
    """The times of a video's pictures. Raises SourceError where they cannot be told in the middle of it."""
    if codec_changes(path):
        problem = f"{path.name} is of several recordings in different codecs, which are read from the beginning on"
        raise SourceError(problem, remedy="omit --workers and --cluster")
    video = open_file(path)
    video.close()
    with open_input(av_address(path), container_options=TRANSPORT_OPTIONS) as container:
        stream = video_track(container, path.name)
        packets = VideoPackets(container, stream, Damage())
        times, keys = [], []
        is_told = container.format.name not in ONE_STAMP_FORMATS
        for packet in packets:
            is_told = is_told and packet.pts is not None
            if packet.pts is None or packet.is_discard:
                continue
            times.append(packet.pts - video.origin)
            if packet.is_keyframe:
                keys.append(times[-1])
        base = TrackFacts.of(container, stream).time_base
    times = sorted(time for time in times if time >= 0)
    if not is_told or packets.closed or len(set(times)) < len(times):
        raise SourceError(
            f"the times of {path.name} are only known from its beginning on: they jump, are missing or come twice",
            remedy="omit --workers and --cluster, or copy the video first: ffmpeg -i VIDEO -c copy VIDEO.mkv",
        )
    return Cuts(times, sorted(key for key in keys if key >= 0), base)
