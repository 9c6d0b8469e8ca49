"""The command line as a user meets it: its exit code, what it says and what it leaves; a process where that counts."""

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import PIL.Image
import pytest

from realtime.cli import commands, demo
from realtime.cli.commands import NOBODY_SWAPPED
from realtime.cli.interrupts import INTERRUPTED
from realtime.fakes import raw_picture
from realtime.media.timecode import read_timecode
from realtime.pictures.reading import read_image
from realtime.sources import open_source
from realtime.stream.metrics import StreamMetrics
from realtime.types import Outcome, ShownFrame
from tests.realtime.clips import facts_of
from tests.realtime.commandline import LIVESWAP, environment, invoke, liveswap


def test_video_is_swapped_with_its_sound_and_scenes_without_a_face_pass(
    home: Path, portrait: Path, video: Path, tmp_path: Path
) -> None:
    out, numbers = tmp_path / "out.mkv", tmp_path / "m.json"
    done = liveswap(
        *("run", "--face", portrait, "--input", video, "--output", out, "--output", tmp_path / "out.png"),
        *("--i-have-consent", "--metrics", numbers, "--no-badge", "a test", "--codec", "ffv1"),
        home=home,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout == ""
    assert str(out) in done.stderr
    found = json.loads(numbers.read_text())
    assert found["outcomes"] == {"swapped": 60, "no_face": 15, "withheld": 0, "failed": 0}
    assert (found["frames_in"], found["frames_out"], found["dropped"], found["repeated"]) == (75, 75, 0, 0)
    assert {"p50", "p95", "p99", "max"} == found["latency_ms"].keys()
    assert found["stages_ms"].keys() >= {"track", "swap", "show", "send"}
    assert (found["swapper"], found["device"]) == ("mesh", "cpu")
    assert facts_of(out).sound == facts_of(video).sound[1:]  # Matroska cannot hide the priming of AAC
    pairs = list(zip(open_source(str(video)).frames(), open_source(str(out)).frames(), strict=True))
    for before, after in pairs:
        changed = (before.image != after.image).any(axis=2)
        assert changed.any() == (before.seq < 60)
        assert not changed[:50].any()  # the hat, the collar and the backdrop stay to the last pixel
        assert not changed[400:].any()
    assert (read_image(tmp_path / "out.png") == pairs[0][1].image).all()


def test_same_output_twice_is_refused(home: Path, portrait: Path, video: Path, tmp_path: Path) -> None:
    out = ("--output", tmp_path / "out.mp4")
    done = invoke("run", "--face", portrait, "--input", video, *out, *out, "--i-have-consent", home=home)
    assert (done.returncode, "given twice" in done.stderr) == (2, True)
    assert not list(tmp_path.iterdir())


def test_consent_is_needed_once_per_photo(home: Path, portrait: Path, video: Path, tmp_path: Path) -> None:
    photo = tmp_path / "alice.png"
    PIL.Image.fromarray(read_image(portrait)[:, :-1, ::-1]).save(photo)  # other bytes than the portrait that others use
    run = ("run", "--face", photo, "--input", video, "--output", "null", "--duration", "0.1")
    refused = invoke(*run, home=home)
    assert refused.returncode == 2
    assert "error: no consent for the face in alice.png" in refused.stderr
    assert "hint: if you have it, add --i-have-consent" in refused.stderr
    assert invoke(*run, "--i-have-consent", home=home).returncode == 0
    assert invoke(*run, home=home).returncode == 0


def test_interrupts_finish_the_file_and_the_process_exits_with_130(home: Path, portrait: Path, tmp_path: Path) -> None:
    out, numbers = tmp_path / "out.mp4", tmp_path / "m.json"
    command = [*LIVESWAP, *live_run(portrait, out), "--metrics", str(numbers)]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True, env=environment(home)) as child:
        wait_until_written(out, lambda: child.poll() is None)
        for _ in range(2):
            child.send_signal(signal.SIGTERM)
            time.sleep(0.02)
        _, said = child.communicate(timeout=20)
    assert child.returncode == INTERRUPTED, said
    assert "Traceback" not in said
    is_finished(out, numbers)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGHUP])
def test_interrupt_finishes_the_file_and_exits_with_130(
    home: Path, portrait: Path, tmp_path: Path, number: signal.Signals
) -> None:
    out, numbers, over = tmp_path / "out.mp4", tmp_path / "m.json", threading.Event()

    def interrupt() -> None:
        wait_until_written(out, lambda: not over.is_set())
        os.kill(os.getpid(), number)

    before = signal.signal(number, signal.SIG_DFL)  # what `nohup pytest` ignores, the run would, too
    try:
        with ThreadPoolExecutor() as threads:
            interrupted = threads.submit(interrupt)
            try:
                done = invoke(*live_run(portrait, out), "--metrics", numbers, home=home)
            finally:
                over.set()
    finally:
        signal.signal(number, before)
    interrupted.result()
    assert done.returncode == INTERRUPTED, done.stderr
    is_finished(out, numbers)


def is_finished(out: Path, numbers: Path) -> None:
    """Whether all pictures that were counted are in the video, and nothing else is left."""
    assert len(facts_of(out).times_s) == json.loads(numbers.read_text())["frames_out"] > 0
    assert sorted(path.name for path in out.parent.iterdir()) == [numbers.name, out.name]


def live_run(portrait: Path, out: Path) -> list[str]:
    """Words for a video that soon lies on the disk in part: its pictures are nearly lossless, and so large."""
    where = ("--input", "test", "--size", "320x180", "--output", str(out), "--crf", "1", "--duration", "60")
    return ["run", "--face", str(portrait), *where, "--i-have-consent"]


def wait_until_written(out: Path, is_running: Callable[[], bool]) -> None:
    """Until a second of `live_run` lies on the disk, however long a busy machine takes to load and to begin."""
    while is_running():
        if any(part.stat().st_size > 1000 for part in out.parent.glob(f"{out.name}.*.part")):
            return
        time.sleep(0.02)
    raise AssertionError(f"the run ended without a part of {out}")


def test_signals_that_come_late_do_not_kill_the_way_out(home: Path, portrait: Path, tmp_path: Path) -> None:
    out = tmp_path / "out.mp4"
    command = [*LIVESWAP, *live_run(portrait, out)]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True, env=environment(home)) as child:
        wait_until_written(out, lambda: child.poll() is None)
        child.send_signal(signal.SIGTERM)
        assert child.stderr is not None
        assert any("interrupted" in line for line in child.stderr)
        while child.poll() is None:
            child.send_signal(signal.SIGTERM)
            time.sleep(0.001)
    assert child.returncode == INTERRUPTED


def test_live_run_ends_after_its_duration_and_swaps_what_it_sees(home: Path, portrait: Path, tmp_path: Path) -> None:
    numbers = tmp_path / "m.json"
    done = invoke(
        *("run", "--face", portrait, "--input", "test", "--output", "null", "--size", "320x180"),
        *("--duration", "1", "--i-have-consent", "--metrics", numbers),
        home=home,
    )
    assert done.returncode == 0, done.stderr
    found = json.loads(numbers.read_text())
    assert found["outcomes"]["swapped"] + found["dropped"] >= found["frames_in"] - 1 > 2
    assert found["outcomes"]["no_face"] == 0
    assert found["latency_ms"]["p50"] > 0


def test_demo_needs_nothing_but_the_install(home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(demo, "SECONDS", max(demo.SHOWN_AT_S) + 2)  # a busy machine drops the last frames
    done = invoke("demo", tmp_path, home=home)
    assert done.returncode == 0, done.stderr
    assert facts_of(tmp_path / "demo.mp4").times_s[-1] >= max(demo.SHOWN_AT_S)
    assert read_image(tmp_path / "demo.png").shape[1] == 1200
    assert "latency" in done.stderr
    assert all(read_timecode(frame.image) is None for frame in open_source(str(tmp_path / "demo.mp4")).frames())
    said = done.stderr.splitlines()[-3:]
    assert [line.partition(": ")[0] for line in said] == ["next, your webcam", "next, a video", "next, in a browser"]


@pytest.mark.smoke
@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["--version"], 0, "0.1.0"),
        (["--help"], 0, "liveswap demo"),
        ([], 0, "Usage"),
        (["run", "--help"], 0, "--when-lost"),
        (["models", "list"], 0, "face_landmarks_detector"),
        (["models", "verify"], 0, "ok"),
        (["models", "pull", "face_landmarks_detector"], 0, "face_landmarks_detector-"),
        (["doctor"], 0, "ok    Python"),
        (["devices"], 0, ""),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_small_commands_answer_on_stdout(home: Path, arguments: list[str], code: int, said: str) -> None:
    done = invoke(*arguments, home=home)
    assert (done.returncode, done.stderr if done.returncode else "") == (code, "")
    assert said in done.stdout


def test_picture_with_nobody_in_it_is_written_and_told_from_a_swapped_one(
    home: Path, portrait: Path, tmp_path: Path
) -> None:
    nobody, out, numbers = tmp_path / "nobody.png", tmp_path / "out.png", tmp_path / "m.json"
    PIL.Image.new("RGB", (64, 64)).save(nobody)
    done = invoke(
        *("run", "--face", portrait, "--input", nobody, "--output", out, "--metrics", numbers, "--i-have-consent"),
        home=home,
    )
    assert (done.returncode, out.exists()) == (NOBODY_SWAPPED, True)
    assert "error: nobody was swapped: no face was seen" in done.stderr
    assert "hint: " in done.stderr
    assert json.loads(numbers.read_text())["notes"] == ["nobody was swapped: no face was seen"]


def test_live_run_that_swapped_nobody_ends_with_0(home: Path, portrait: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    metrics = StreamMetrics(primary="x", swapper="mesh", device="cpu")
    metrics.on_sent("x", ShownFrame(raw_picture(0), 0, 0, 0, Outcome.FAILED), 0)
    for live, code in ((True, 0), (False, NOBODY_SWAPPED)):
        monkeypatch.setattr(commands, "execute", lambda *_, live=live, **_options: (metrics.snapshot(), live))
        done = invoke("run", "--face", portrait, "--input", "0", "--output", "null", "--i-have-consent", home=home)
        assert done.returncode == code


def test_misspelt_model_and_command_get_a_hint(home: Path) -> None:
    model = invoke("models", "pull", "face_landmrk", home=home)
    assert (model.returncode, "did you mean face_landmarks_detector" in model.stderr) == (2, True)
    command = invoke("rnu", home=home)
    assert (command.returncode, "error: " in command.stderr, "hint: " in command.stderr) == (2, True, True)


def test_help_does_not_wait_for_engines() -> None:
    heavy = {"numba", "ai_edge_litert", "onnxruntime", "openvino", "tensorrt", "aiortc", "scipy", "numpy", "av", "PIL"}
    ask = f"import sys, realtime.cli.main; print(*sorted({heavy} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", ask], capture_output=True, text=True, check=True)
    assert done.stdout.split() == []
