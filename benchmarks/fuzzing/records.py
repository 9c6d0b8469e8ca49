"""Small files and words of the user's own: rows of models, options, consents, and what a server and a batch remember.

A disk that fails, another program or a careless edit changes them. Knows what stands in them.
"""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from hypothesis import strategies as st

from benchmarks.fuzzing.edits import as_json, edited, edited_json, edited_text
from benchmarks.fuzzing.target import MB, Target, require
from models.manifest import load_manifest
from realtime.batch.plan import Job as BatchJob
from realtime.batch.record import NAME, BatchRecord
from realtime.bench.report import FORMAT, read_document
from realtime.choices import Faces
from realtime.cli.arguments import parse_day
from realtime.cli.words import config_of
from realtime.config import parse_bitrate, parse_map, parse_rate, parse_size, parse_whose
from realtime.faces.consent import BEFORE, LOG, Answer, ConsentLedger, How, Scope
from realtime.faces.selection import Selection, Source
from realtime.media.trim import Trim
from realtime.web.videos.jobs import Job, JobStore
from realtime.web.videos.private_folder import Limits, PrivateFolder
from realtime.web.videos.store import StoredVideo, VideoStore, state_of

ROW = """
[mine]
task = "swap"
family = "latent"
licence = "mine"
credit = "me"
sha256 = "{hash}"
bytes = 12
source = {{ file = "model.onnx" }}
input = {{ size_px = 128, order = "rgb", mean = 0, std = [255, 255, 255], template = "arcface_128" }}
output = {{ mean = 0.0, std = 255.0 }}
identity = {{ kind = "emap", unit = true, converter = "other" }}
"""
HASH = "ab" * 32
OPTIONS = (
    "run --face a.jpg --input in.mp4 --output out.mp4 --trim 1:02-1:10.5 --fps 29.97 --size 640x360 --bitrate 2M",
    "run --face a.jpg --input test --output null --faces 2 --strength 0.4 --mouth source --when-lost blur --mirror",
    "run --map a.jpg=b.jpg --input in.png --output out.png --strangers blur --swapper x --crf 20 --codec av1 --at 1.5",
    "run --face a.jpg --input 0 --output virtual --duration 3 --consent-until 2099-12-31 --consent-for live",
)
READERS: tuple[Callable[[str], object], ...] = (
    *(parse_rate, parse_size, parse_bitrate, parse_map, parse_day, Trim.parse, Faces.parse),
    *(lambda text: parse_whose("--mouth", text), lambda text: Selection((Source("0", "ann"),), 0).wished(text)),
)
VALUES = ("29.97", "30000/1001", "640x360", "2500k", "a.jpg=b.jpg", "2026-12-31", "1:02:03.5-1:10:00", "2", "largest")
HOSTILE_NUMBERS = ("1e999999999", "9" * 5000, "1/0", "-", "٣", "0.", "inf", "nan")
SHA = "cd" * 32
CONSENT = {
    "at": "2026-11-30T10:00:00+00:00",
    "how": "terminal",
    "scopes": ["live", "file"],
    "until": None,
    "revoked": None,
}


@contextmanager
def manifest(folder: Path) -> Iterator[Target]:
    """`models.toml`."""
    path = folder / "models.toml"

    def take(content: bytes) -> None:
        path.write_bytes(content)
        for spec in load_manifest(path):
            require(bool(spec.name) and spec.name.isascii(), f"a name that is no file's: {spec.name!r}")

    samples = (ROW.format(hash=HASH).encode(), (Path(load_manifest.__globals__["BUILT_IN"])).read_bytes()[:6000])
    words = (
        b"[a]\n",
        b"[[a]]\n",
        b"= 1e400\n",
        b"= nan\n",
        b"= 2026-01-01\n",
        b"[" * 2000,
        b"{a=" * 500,
        b'"""',
        b"'''",
        b"=[]\n",
    )
    take(samples[0])
    yield Target(inputs=edited(samples, words), take=take, samples=samples, watched=folder)


@contextmanager
def options(folder: Path) -> Iterator[Target]:
    """The words of `liveswap run`."""

    def take(made: tuple[int, str]) -> None:
        reader, text = made
        if reader < len(READERS):
            READERS[reader](text)
        else:
            config_of(text.split(" "))

    def value_changed(line: str, number: int, value: str) -> str:
        words = line.split(" ")
        words[number % len(words)] = value.replace(" ", "_")
        return " ".join(words)

    values = st.one_of(st.text(max_size=12), edited_text([*OPTIONS[0].split(), "1", "0.5", "1:00", "2026-12-31"]))
    lines = st.sampled_from(OPTIONS)
    odd_lines = st.builds(value_changed, lines, st.integers(0, 40), values) | edited_text(OPTIONS)
    words = st.tuples(st.integers(0, len(READERS) - 1), edited_text(VALUES, HOSTILE_NUMBERS))
    inputs = st.one_of(*[words] * 3, st.tuples(st.just(len(READERS)), odd_lines))
    samples = tuple((len(READERS), line) for line in OPTIONS)
    yield Target(inputs=inputs, take=take, samples=samples, watched=folder, most_s=3.0)


@contextmanager
def consents(folder: Path) -> Iterator[Target]:
    """The record of consents, and an earlier version's."""
    ledger = ConsentLedger(folder)

    def take(made: tuple[str, bytes]) -> None:
        name, content = made
        for each in (LOG, BEFORE):
            (folder / each).unlink(missing_ok=True)
        (folder / name).write_bytes(content)
        for key, entry in ledger.entries().items():
            for scope in Scope:
                held = ledger.holds(key, scope)
                require(not (held and entry.revoked), "a revoked face is let through")
            ledger.history(key.partition("/")[0])
        ledger.lacking([SHA], tuple(Scope))
        ledger.revoke(SHA)
        require(not ledger.holds(SHA, Scope.LIVE), "revoked, and it still holds")
        ledger.require("ef" * 32, "another", tuple(Scope), Answer(given=How.FLAG))
        require(ledger.holds("ef" * 32, Scope.FILE), "given, and it does not hold")

    line, old = [SHA, CONSENT], {SHA: {"at": CONSENT["at"], "how": "answered"}}
    log = b"".join(json.dumps(each).encode() + b"\n" for each in (line, [f"{SHA}/{'1' * 16}", CONSENT], line))
    lines = edited_json([line]).map(lambda made: as_json(made) + b"\n" + log)
    inputs = st.one_of(
        st.tuples(st.just(LOG), st.one_of(edited([log]), lines)),
        st.tuples(st.just(BEFORE), edited_json([old]).map(as_json)),
    )
    take((LOG, log))
    yield Target(inputs=inputs, take=take, samples=((LOG, log), (BEFORE, as_json(old))))


@contextmanager
def kept(folder: Path) -> Iterator[Target]:
    """What a server remembers of videos and jobs, a batch of its results, and a report of `liveswap bench`."""
    takers = {"video": _a_server, "job": _a_server, "batch": _a_batch, "bench": _a_report}

    def take(made: tuple[str, bytes]) -> None:
        kind, content = made
        takers[kind](folder, kind, content)

    samples = tuple((kind, as_json(sample)) for kind, sample in SAMPLES.items())
    changed = [st.tuples(st.just(kind), edited_json([sample]).map(as_json)) for kind, sample in SAMPLES.items()]
    torn = [st.tuples(st.just(kind), edited([content])) for kind, content in samples]
    yield Target(inputs=st.one_of(*changed, *torn), take=take, samples=samples, most_bytes=50 * MB)


FACTS = {"width": 96, "height": 64, "fps": 30.0, "duration_s": 1.0, "frames": 30, "has_sound": True}
WISHED = {"video": "v", "wear": ["ann"], "faces": "largest"}
SAMPLES: dict[str, Any] = {
    "video": {
        "name": "a.mp4",
        "bytes": 5,
        "state": "ready",
        "problem": None,
        "facts": FACTS,
        "people": [{"at_s": 0.5, "frames": 3, "can_be_mapped": True}],
    },
    "job": {
        "video": "v",
        "words": ["run"],
        "command": "liveswap run",
        "wished": WISHED,
        "name": "a-liveswap.mp4",
        "created_s": 1.5,
        "consents": [SHA],
        "state": "waiting",
        "key": "k" * 40,
        "told": {},
    },
    "batch": [
        "a.png",
        {"source": "a", "made_of": {"bytes": 1, "modified_ns": 2}, "settings": "s", "result": None, "reason": ""},
    ],
    "bench": {"format": FORMAT, "machine": {"cores": "2"}, "results": []},
}


def _a_server(folder: Path, kind: str, content: bytes) -> None:
    """It starts, whatever it finds, and what it lets in can be listed, counted and replaced."""
    owner, folders = "0" * 40, PrivateFolder(folder / "visitors")
    place = folders.root / owner / f"{kind}s" / "id"
    place.mkdir(parents=True, exist_ok=True)
    (place / "record.json").write_bytes(content)
    videos, jobs = VideoStore(folders, Limits()), JobStore(folders, most=8, kept_s=60)
    videos.open()
    jobs.open()
    for video in videos:
        json.dumps(state_of(video, videos.expires_s(video)))
        require(isinstance(video, StoredVideo) and video.bytes > 0, f"a video of {video.bytes!r} bytes")
    for job in jobs:
        require(isinstance(job, Job), "no job")
        jobs.ahead_of(job)
        _ = job.result, job.progress.eta_s, jobs.expires_s(job)
        json.dumps({**job.told, "wished": job.wished, "command": job.command})
    videos.begin(owner, "b.mp4", 10, sum(video.bytes for video in videos), 0)
    for video in videos:
        videos.remove(video)
    jobs.next()


def _a_batch(folder: Path, _kind: str, content: bytes) -> None:
    (folder / NAME).write_bytes(content)
    job = BatchJob(folder / "in.png", folder / "a.png", "in.png", is_picture=True)
    job.source.touch()
    job.target.touch()
    record = BatchRecord(folder, "s")
    record.standings([job])
    record.begin(job)
    record.finish(job)


def _a_report(folder: Path, _kind: str, content: bytes) -> None:
    (folder / "bench.json").write_bytes(content)
    read_document(folder / "bench.json")
