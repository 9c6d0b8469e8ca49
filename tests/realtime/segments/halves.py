"""A video copied in two halves that are joined, with its sound: what becomes of a video in which nobody is."""

from dataclasses import replace
from pathlib import Path

from realtime.outputs.packet_file import PacketFile, read_packets
from realtime.outputs.recorder import EncoderOptions, VideoRecorder
from realtime.sources import open_source
from realtime.types import Outcome, ShownFrame


def copy_in_halves(source: Path, target: Path) -> None:
    """The container of each follows from its name."""
    video = open_source(str(source))
    frames = [ShownFrame(f.image, f.seq, 0, f.pts, Outcome.NO_FACE, duration=f.duration) for f in video.frames()]
    silent = replace(video.info, sound_from=None, extras_from=None)
    joined, half = VideoRecorder(target, video.info, EncoderOptions()), len(frames) // 2
    for part in (frames[:half], frames[half:]):
        packets = target.with_suffix(".packets")
        into = PacketFile(packets, "mp4")
        alone = VideoRecorder(target, silent, EncoderOptions(), into=into)
        for frame in part:
            alone.send(frame)
        alone.close()
        for packet in read_packets(packets):
            joined.copy(packet)
    joined.close()
