"""The command line of the training. Knows arguments and how things are told; knows nothing else.

python -m models.training --people faces.zip --out FOLDER --minutes 60
python -m models.training export --checkpoint FOLDER/checkpoint.pt --out engines/data
python -m models.training basis --people faces.zip --out FOLDER
python -m models.training mouth --people faces.zip
python -m models.training figures --checkpoint FOLDER/checkpoint.pt --people faces.zip --out FOLDER
"""

import argparse
import sys
from pathlib import Path

import torch

from models.errors import UserError
from models.training.basis import make_basis
from models.training.card import figures_of, write_figures, write_hashes
from models.training.export import export
from models.training.mouth_moves import make_mouth_moves
from models.training.people import prepared
from models.training.trainer import CPU_BATCH, EVALUATE_S, GPU_BATCH, Settings, material_of, train
from models.training.weights import Checkpoint


def main(arguments: list[str]) -> int:
    """Run one command. Returns the exit status."""
    try:
        commands = {"export": _export, "basis": _basis, "mouth": _mouth, "figures": _figures}
        command = commands.get(arguments[0] if arguments else "")
        if command is None:
            _train(arguments)
        else:
            command(arguments[1:])
    except UserError as error:
        print(f"error: {error}\nhint: {error.remedy}", file=sys.stderr)
        return 2
    return 0


def _train(arguments: list[str]) -> None:
    parser = argparse.ArgumentParser(prog="python -m models.training", description="Train the compositor.")
    parser.add_argument("--people", type=Path, required=True, help="the data set: a folder or a zip file")
    parser.add_argument("--out", type=Path, required=True, help="folder of checkpoint, curve, sheet and cache")
    parser.add_argument("--minutes", type=float, default=60.0)
    parser.add_argument("--start", type=Path, help="weights to begin with, where OUT has no checkpoint")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--processes", type=int, default=2, help="on the CPU; each has one thread")
    parser.add_argument("--batch", type=int, help=f"pairs a step and process: {CPU_BATCH}, on a GPU {GPU_BATCH}")
    parser.add_argument("--evaluate", type=float, default=EVALUATE_S, help="seconds between evaluations")
    chosen = parser.parse_args(arguments)
    gpu = torch.cuda.is_available()
    settings = Settings(
        people=chosen.people,
        out=chosen.out,
        minutes=chosen.minutes,
        start=chosen.start,
        seed=chosen.seed,
        processes=1 if gpu else chosen.processes,
        device="cuda" if gpu else "cpu",
        batch=chosen.batch or (GPU_BATCH if gpu else CPU_BATCH),
        evaluate_s=chosen.evaluate,
    )
    train(settings, tell)


def _export(arguments: list[str]) -> None:
    parser = argparse.ArgumentParser(prog="python -m models.training export", description="Write .tflite and .onnx.")
    parser.add_argument("--checkpoint", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True, help="folder of both files")
    chosen = parser.parse_args(arguments)
    made = export(Checkpoint.load(chosen.checkpoint), chosen.out)
    write_hashes(chosen.out / "COMPOSITOR.md", made)
    for path, apart in made.items():
        tell(f"{path}: {path.stat().st_size:,} bytes, {apart:.4f} from torch in the mean")


def _basis(arguments: list[str]) -> None:
    parser = argparse.ArgumentParser(prog="python -m models.training basis", description="Write face_basis.npz.")
    parser.add_argument("--people", type=Path, required=True, help="the data set: a folder or a zip file")
    parser.add_argument("--out", type=Path, required=True, help="the training's folder: its cache is used")
    parser.add_argument("--to", type=Path, default=Path("engines/data/face_basis.npz"))
    chosen = parser.parse_args(arguments)
    make_basis(prepared(chosen.people, chosen.out / "cache", tell), chosen.to, tell)
    tell(f"{chosen.to}: {chosen.to.stat().st_size:,} bytes")


def _mouth(arguments: list[str]) -> None:
    parser = argparse.ArgumentParser(prog="python -m models.training mouth", description="Write face_mesh_mouth.txt.")
    parser.add_argument("--people", type=Path, required=True, help="the data set: a folder or a zip file")
    parser.add_argument("--to", type=Path, default=Path("engines/data/face_mesh_mouth.txt"))
    chosen = parser.parse_args(arguments)
    make_mouth_moves(chosen.people, chosen.to)
    tell(f"{chosen.to}: {chosen.to.stat().st_size:,} bytes")


def _figures(arguments: list[str]) -> None:
    parser = argparse.ArgumentParser(prog="python -m models.training figures", description="Fill in the model card.")
    parser.add_argument("--checkpoint", type=Path, required=True)
    parser.add_argument("--people", type=Path, required=True, help="the data set: a folder or a zip file")
    parser.add_argument("--out", type=Path, required=True, help="the training's folder: its cache is used")
    parser.add_argument("--card", type=Path, default=Path("engines/data/COMPOSITOR.md"))
    chosen = parser.parse_args(arguments)
    people, sources, _ = material_of(Settings(chosen.people, chosen.out, 0), tell)
    checkpoint = Checkpoint.load(chosen.checkpoint)
    rows = figures_of(checkpoint, people, sources, chosen.out / "cache" / "card-things.pt")
    write_figures(chosen.card, rows, checkpoint)
    for row in rows:
        tell(
            f"{row.of}: colour {row.colour:.1f} (relight {row.untrained:.1f}), alpha {row.alpha_face:.3f} on the face, "
            f"{row.alpha_hidden:.3f} on what is before it"
        )


def tell(line: str) -> None:
    """Show a line at once: a training is often watched through a pipe."""
    print(line, flush=True)
