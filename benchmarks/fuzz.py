"""What does hostile input do? Every parser is given changed samples for a while, in a process of its own.

    uv run --extra cpu --group dev --group fuzz python -m benchmarks.fuzz [--only KIND ...] [--seconds 60] [--seed 0]
        [--to FOLDER] [--json FILE]
    uv run --group dev python -m benchmarks.fuzz --only KIND --again FILE

--seconds: for each parser. Each input must be taken, or refused by an error of the product's own, within its time and
memory, and leave nothing behind. An input that breaks this is kept in --to, by its sha256; a process that dies or hangs
is begun again with another seed. Exit status 1 when anything broke. --again gives a parser one kept input, and shows
the error.

Knows processes and tables; fuzzing/kinds.py knows the parsers.
"""

import argparse
import ast
import json
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from benchmarks.common.command import run
from benchmarks.fuzzing.child import NOW, TOLD
from benchmarks.fuzzing.kinds import KINDS, open_target
from benchmarks.fuzzing.target import MB, Breach, Tally, digest_of
from models.errors import UserError

KEPT = Path("fuzz-findings")
LEAST_S = 2.0
"""What is left after a crash, when beginning again is worth it."""
START_S = 300.0
"""Of wall time for a process to begin and to end, on a loaded machine."""
LAST_WORDS = 400


def fuzzed(kind: str, seconds: float, seed: int, kept: Path) -> Tally:
    """One parser, in as many processes as it takes. kept: for inputs that broke something."""
    whole = Tally(kind)
    while seconds - whole.seconds > LEAST_S or whole.inputs == 0:
        with tempfile.TemporaryDirectory() as folder:
            found = _one_process(kind, seconds - whole.seconds, seed, Path(folder))
            _keep(Path(folder), kept / kind)
        whole.add(found)
        if not any(breach.what == "died" for breach in found.breaches):
            break
        seed += 1_000
    return whole


def _one_process(kind: str, seconds: float, seed: int, folder: Path) -> Tally:
    words = [sys.executable, "-m", "benchmarks.fuzzing.child", kind, f"{seconds:g}", str(seed), str(folder)]
    said = folder / "said"
    with said.open("wb") as output:
        status = subprocess.run(words, stdout=output, stderr=output, check=False, timeout=seconds + START_S).returncode
    if (folder / TOLD).exists():
        return Tally.from_json(json.loads((folder / TOLD).read_text(encoding="utf-8")))
    why = said.read_text(errors="replace")[-LAST_WORDS:].strip()
    if not (folder / NOW).exists():
        raise UserError(f"{kind} cannot be fuzzed: {why}", remedy="uv sync --extra cpu --group dev --group fuzz")
    content = (folder / NOW).read_bytes()
    (folder / digest_of(content)).write_bytes(content)
    return Tally(kind, 1, 0, LEAST_S, breaches=[Breach("died", f"exit status {status}: {why}", "", digest_of(content))])


def _keep(folder: Path, kept: Path) -> None:
    for found in folder.iterdir():
        if found.is_file() and found.name not in {NOW, TOLD, "said"}:
            kept.mkdir(parents=True, exist_ok=True)
            (kept / found.name).write_bytes(found.read_bytes())


HEADING = (
    "| parser | inputs | refused | s | breaches | slowest, core ms | most memory, MB |\n|---|---|---|---|---|---|---|"
)


def row_of(tally: Tally) -> str:
    """For people and pages."""
    costs = f"{1000 * tally.slowest_s:.0f}", f"{tally.peak_bytes / MB:.0f}"
    figures = tally.inputs, tally.refused, f"{tally.seconds:.0f}", len(tally.breaches), *costs
    return f"| {tally.kind} | {' | '.join(map(str, figures))} |"


def again(kind: str, path: Path) -> None:
    """Give a parser one kept input. Raises what the parser raises."""
    with tempfile.TemporaryDirectory() as folder, open_target(kind, Path(folder)) as target:
        if not target.samples:
            raise UserError(f"what {kind} is given is no file", remedy="run it again with the same --seed")
        content = path.read_bytes()
        target.take(content if isinstance(target.samples[0], bytes) else ast.literal_eval(content.decode()))
        print("taken")


def options_of(words: Sequence[str] | None = None) -> argparse.Namespace:
    """What was typed."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", action="append", choices=KINDS, metavar="KIND", help=f"of {', '.join(KINDS)}")
    parser.add_argument("--seconds", type=float, default=60.0)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--to", type=Path, default=KEPT, metavar="FOLDER")
    parser.add_argument("--again", type=Path, metavar="FILE")
    parser.add_argument("--json", type=Path, metavar="FILE")
    options = parser.parse_args(words)
    if not 0 < options.seconds <= 86_400:
        raise UserError(f"--seconds {options.seconds:g} is out of range", remedy="give seconds for each parser")
    if options.again is not None and (len(options.only or ()) != 1 or not options.again.is_file()):
        raise UserError("one kept input is for one parser", remedy="--only KIND --again FILE")
    return options


def main() -> int:
    """The command."""
    options = options_of()
    if options.again is not None:
        again(options.only[0], options.again)
        return 0
    print(HEADING, flush=True)
    tallies: list[Tally] = []
    for kind in options.only or KINDS:
        tallies.append(fuzzed(kind, options.seconds, options.seed, options.to))
        print(row_of(tallies[-1]), flush=True)
    for each in tallies:
        for breach in each.breaches:
            kept = options.to / each.kind / breach.sha256
            print(f"{each.kind}: {breach.what}: {breach.error} {breach.where} ({kept})")
    if options.json is not None:
        told: dict[str, Any] = {"seed": options.seed, "parsers": [each.as_json() for each in tallies]}
        options.json.write_text(json.dumps(told, indent=1) + "\n", encoding="utf-8")
    return int(any(each.breaches for each in tallies))


if __name__ == "__main__":
    run(main)
