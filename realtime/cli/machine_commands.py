"""What `liveswap devices` and `liveswap doctor` say of this machine: what can be used here, and what is amiss.

Knows how it is shown; camera_list.py and doctor.py find it out.
"""

from realtime.cli.console import say, show, write_row
from realtime.cli.doctor import Status, run_checks
from realtime.outputs.microphone import microphones
from realtime.sources.camera import opens
from realtime.sources.camera_list import CameraListing, list_cameras, list_virtual_cameras

STATUS_STYLES = {Status.OK: "green", Status.WARN: "yellow", Status.FAIL: "bold red"}


def show_devices() -> None:
    """Cameras, virtual cameras and microphones, one a line: what it is for, what the option takes, name, formats."""
    cameras, virtual = list_cameras(try_number=opens), list_virtual_cameras()
    for camera in cameras:
        write_row("input", camera.where, camera.name, _formats(camera))
    for camera in virtual:
        write_row("output", f"virtual:{camera.where}", camera.name, _formats(camera))
    for name in microphones():
        write_row("sound", name)
    if not cameras:
        say("no cameras found; to try things out without one: --input test")


def _formats(camera: CameraListing) -> str:
    """For people: "MJPG 1920x1080 1280x720; YUYV 640x480"."""
    return "; ".join(" ".join([name, *(f"{w}x{h}" for w, h in sizes)]) for name, sizes in camera.formats.items())


def show_doctor() -> bool:
    """Every check as it finishes; returns whether nothing failed."""
    healthy = True
    for check in run_checks():
        healthy &= check.status is not Status.FAIL
        show((f"{check.status:4}", STATUS_STYLES[check.status]), f"  {check.name:22}  {check.found}")
        if check.remedy:
            show("      ", ("type:", "cyan"), f" {check.remedy}")
    return healthy
