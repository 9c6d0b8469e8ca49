"""What a training tells of itself: a line of numbers, a curve and a sheet of pictures.

Knows numbers and pairs; knows neither optimiser nor network.
"""

from pathlib import Path

import cv2
import numpy as np
import torch
from torch import Tensor

from models.training.losses import Judged
from models.training.network import Fields
from models.training.pairs import Pairs

SHOWN = 24
"""Rows of a sheet."""
Row = dict[str, float]


def line_of(row: Row, left_s: float) -> str:
    """One line for people. left_s: seconds until the training ends."""
    hours, minutes = divmod(int(left_s / 60), 60)
    losses = "  ".join(f"{name} {row[name]:.4f}" for name in ("train", "total", "colour", "edges", "grain"))
    alphas = f"alpha {row['alpha_face']:.3f} on the face, {row['alpha_hidden']:.3f} in front of it"
    return f"{int(row['samples']):>8,} samples  {row['rate']:5.1f}/s  {hours}:{minutes:02} left  {losses}  {alphas}"


def draw_curve(history: list[Row], path: Path) -> None:
    """Losses and alphas over samples, as PNG."""
    from matplotlib.figure import Figure  # noqa: PLC0415  heavy

    figure = Figure(figsize=(10, 4), layout="constrained")
    losses, alphas = figure.subplots(1, 2)
    samples = [row["samples"] for row in history]
    for name in ("train", "total", "alpha"):
        losses.plot(samples, [row[name] for row in history], label=name)
    for name in ("alpha_face", "alpha_hidden"):
        alphas.plot(samples, [row[name] for row in history], label=name)
    for axes in (losses, alphas):
        axes.set_xlabel("samples")
        axes.grid(alpha=0.3)
        axes.legend()
    losses.set_yscale("log")
    figure.savefig(path)


def draw_sheet(pairs: Pairs, judged: Judged, path: Path) -> None:
    """A row a pair: wearer, texture, relit, composed, target, alpha, own detail, source detail; two pairs beside."""
    fields: Fields = judged.fields
    columns = [
        pairs.wearer,
        pairs.texture,
        judged.relit,
        judged.composed,
        pairs.target,
        fields.alpha,
        fields.own_detail / 1.25,
        fields.source_detail / 2,
    ]
    rows = [np.hstack([_pixels(column[n]) for column in columns]) for n in range(min(SHOWN, len(pairs.wearer)))]
    rows += rows[: len(rows) % 2]
    cv2.imwrite(str(path), np.vstack([np.hstack(rows[n : n + 2]) for n in range(0, len(rows), 2)]))


def _pixels(picture: Tensor) -> np.ndarray[tuple[int, ...], np.dtype[np.uint8]]:
    bgr = picture.detach().clamp(0, 1).expand(3, -1, -1).permute(1, 2, 0)
    return np.asarray((bgr * 255).to(torch.uint8).cpu().numpy(), np.uint8)
