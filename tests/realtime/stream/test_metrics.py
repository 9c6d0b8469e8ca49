import json
import re
import threading
import tracemalloc
from fractions import Fraction

import numpy as np
import pytest

from realtime.cli.console import summary
from realtime.fakes import raw_picture
from realtime.stream.face_counts import no_faces
from realtime.stream.histogram import FLOOR_NS, Histogram
from realtime.stream.metrics import NULL_OBSERVER, StreamMetrics
from realtime.types import FacesSeen, Outcome, ShownFrame, Stage, StreamObserver

MS = 1_000_000
S = 1_000 * MS


class Clock:
    now_ns = 0

    def __call__(self) -> int:
        return self.now_ns


def metrics(clock: Clock | None = None) -> StreamMetrics:
    return StreamMetrics(primary="first", swapper="mesh", device="cpu", clock_ns=clock or Clock())


def shown(captured_ns: int = 0, outcome: Outcome = Outcome.SWAPPED) -> ShownFrame:
    return ShownFrame(raw_picture(0), 0, captured_ns, 0, outcome)


@pytest.mark.parametrize("percent", [0, 1, 50, 90, 95, 99, 99.9, 100])
@pytest.mark.parametrize("shape", ["uniform", "lognormal", "one", "two peaks"])
def test_percentiles_are_within_one_percent_of_numpys(percent: float, shape: str) -> None:
    rng = np.random.default_rng(7)
    samples = {
        "uniform": rng.uniform(2 * FLOOR_NS, 50 * MS, 5_000),
        "lognormal": rng.lognormal(np.log(8 * MS), 1.0, 5_000),
        "one": np.array([12_345_678.0]),
        "two peaks": np.concatenate([rng.normal(4 * MS, 1e5, 700), rng.normal(300 * MS, 1e7, 300)]),
    }[shape].astype(int)
    histogram = Histogram()
    for sample in samples:
        histogram.add(int(sample))
    expected = np.percentile(samples, percent, method="inverted_cdf")
    assert histogram.percentile_ns(percent) == pytest.approx(expected, rel=0.01)
    assert histogram.max_ns == samples.max()


def test_nothing_measured_is_none_and_no_zero() -> None:
    assert Histogram().percentile_ns(50) is None
    assert Histogram().max_ns is None


@pytest.mark.parametrize("extreme_ns", [0, -5, 1, 10**15])
def test_times_beyond_the_scale_are_counted_at_its_ends(extreme_ns: int) -> None:
    histogram = Histogram()
    histogram.add(extreme_ns)
    assert histogram.percentile_ns(50) == extreme_ns
    assert histogram.max_ns == extreme_ns


def test_the_snapshot_is_the_object_that_was_promised() -> None:
    clock = Clock()
    numbers = metrics(clock)
    clock.now_ns = 100 * S
    for index in range(5):
        numbers.on_captured()
        outcome = Outcome.SWAPPED if index else Outcome.WITHHELD
        numbers.on_outcome(outcome)
        numbers.on_stage(Stage.SWAP, 4 * MS)
        numbers.on_sent("first", shown(captured_ns=index * S, outcome=outcome), index * S + 20 * MS)
    numbers.on_outcome(Outcome.SWAPPED)  # made, and never sent
    numbers.on_dropped(2)
    numbers.on_detector_run()
    clock.now_ns = 103 * S
    snapshot = json.loads(json.dumps(numbers.snapshot()))
    assert snapshot.pop("latency_ms") == pytest.approx({"p50": 20, "p95": 20, "p99": 20, "max": 20}, rel=0.01)
    assert snapshot.pop("stages_ms") == {"swap": pytest.approx({"p50": 4, "p95": 4}, rel=0.01)}
    assert snapshot == {
        "frames_in": 5,
        "frames_out": 5,
        "dropped": 2,
        "repeated": 0,
        "outcomes": {"swapped": 4, "no_face": 0, "withheld": 1, "failed": 0},
        "fps": 1.0,
        "detector_runs": 1,
        "faces": no_faces(),
        "damage": {"faulty_frames": 0, "lost_pieces": 0},
        "notes": [],
        "swapper": "mesh",
        "device": "cpu",
        "wall_s": 3.0,
    }


def test_faces_are_counted_by_frame_and_the_most_in_one() -> None:
    numbers = metrics()
    for seen in (FacesSeen(1, 1, 0), FacesSeen(2, 1, 1), FacesSeen(0, 0, 0), FacesSeen(16, 16, 4, is_full=True)):
        numbers.on_faces(seen)
    assert json.loads(json.dumps(numbers.snapshot()["faces"])) == {
        "frames_with_faces": 3,
        "frames_with_wanted": 3,
        "frames_with_unplaced": 1,
        "frames_with_more": 1,
        "most_more": 4,
        "most_seen": 20,
        "most_wanted": 16,
    }


def test_a_stream_without_frames_has_counts_but_no_rates() -> None:
    snapshot = metrics().snapshot()
    assert (snapshot["frames_in"], snapshot["fps"], snapshot["latency_ms"]["p50"], snapshot["wall_s"]) == (
        0,
        None,
        None,
        0,
    )


@pytest.mark.parametrize(("frames", "fps"), [(1, None), (2, 25.0), (26, 25.0)])
def test_the_rate_counts_intervals_and_one_frame_has_none(frames: int, fps: float | None) -> None:
    numbers = metrics()
    for index in range(frames):
        numbers.on_sent("first", shown(), index * 40 * MS)
    assert numbers.snapshot()["fps"] == fps


def test_only_the_primary_output_makes_the_headline_and_each_has_its_own_numbers() -> None:
    numbers = metrics()
    for index in range(10):
        numbers.on_sent("second", shown(), index * S)
    numbers.on_sent("first", shown(), 5 * MS)
    assert numbers.snapshot()["frames_out"] == 1
    assert numbers.snapshot()["latency_ms"]["max"] == 5
    assert {name: output["frames"] for name, output in numbers.outputs().items()} == {"first": 1, "second": 10}


def test_a_picture_shown_again_is_counted_as_repeated() -> None:
    numbers = metrics()
    held, other = shown(), shown()
    for frame in (held, held, held, other):
        numbers.on_sent("first", frame, 0)
    assert (numbers.snapshot()["frames_out"], numbers.snapshot()["repeated"]) == (4, 2)


def test_the_status_line_sees_the_last_two_seconds_only() -> None:
    clock = Clock()
    numbers = metrics(clock)
    for index in range(100):  # 10 s of slow frames, then 2 s of quick ones
        numbers.on_sent("first", shown(captured_ns=index * 100 * MS), index * 100 * MS + 90 * MS)
    for index in range(101):
        numbers.on_sent("first", shown(captured_ns=10 * S + index * 20 * MS), 10 * S + index * 20 * MS + 5 * MS)
    clock.now_ns = 12 * S + 5 * MS
    numbers.on_outcome(Outcome.SWAPPED)
    recent = numbers.recent()
    assert (recent.fps, recent.latency_p50_ms, recent.latency_p95_ms) == (50.0, 5.0, 5.0)
    assert recent.outcomes["swapped"] == 1
    clock.now_ns = 60 * S
    assert numbers.recent().fps is None


def test_memory_does_not_grow_with_time() -> None:
    numbers = metrics()
    frame = shown()

    def work(count: int) -> None:
        for index in range(count):
            numbers.on_captured()
            numbers.on_stage(Stage.TRACK, index * 977)
            numbers.on_outcome(Outcome.SWAPPED)
            numbers.on_sent("first", frame, index * 33 * MS)

    work(2_000)
    tracemalloc.start()
    work(20_000)
    grown, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert grown < 100_000


def test_no_event_is_lost_between_threads() -> None:
    numbers = metrics()

    def work() -> None:
        for _ in range(2_000):
            numbers.on_captured()
            numbers.on_dropped(1)
            numbers.on_outcome(Outcome.FAILED)

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    snapshot, made = numbers.snapshot(), numbers.recent().outcomes
    assert (snapshot["frames_in"], snapshot["dropped"], made["failed"]) == (8_000, 8_000, 8_000)


def test_both_observers_keep_to_the_protocol() -> None:
    observers: list[StreamObserver] = [NULL_OBSERVER, metrics()]
    for observer in observers:
        observer.on_sent("first", shown(), 1)


@pytest.mark.parametrize(
    ("rate", "said"),
    [
        (Fraction(30), r"mesh on cpu: 60 frames in 4\.0 s, 15\.0 fps \(0\.50 x real time\), 60 swapped"),
        (None, r"mesh on cpu: 60 frames, [\d.]+ fps, latency p50 [\d.]+ p95 [\d.]+ ms, 60 swapped"),
    ],
    ids=["video", "live"],
)
def test_last_line_tells_the_speed_of_a_video_and_the_delay_of_a_live_picture(rate: Fraction | None, said: str) -> None:
    clock = Clock()
    numbers = metrics(clock)
    numbers.on_captured()
    for number in range(60):
        numbers.on_sent("first", shown(), 5 * S * number // 60)
    clock.now_ns = 4 * S
    assert re.fullmatch(said, summary(numbers.snapshot(), rate).plain)


@pytest.mark.parametrize(
    ("frames", "seen", "said"),
    [
        (1, FacesSeen(4, 3, 1), "1 swapped (3 of 5 faces)"),
        (1, FacesSeen(1, 1, 0), "1 swapped"),
        (3, FacesSeen(4, 2, 0), "3 swapped (up to 2 faces a frame)"),
        (3, FacesSeen(1, 1, 0), "3 swapped"),
    ],
)
def test_last_line_tells_how_many_faces_of_several_were_swapped(frames: int, seen: FacesSeen, said: str) -> None:
    numbers = metrics(Clock())
    numbers.on_faces(seen)
    for number in range(frames):
        numbers.on_sent("first", shown(), number)
    assert summary(numbers.snapshot(), Fraction(30)).plain.endswith(said)
