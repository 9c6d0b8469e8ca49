"""What a network's fields are worth: the composed picture beside the target, alpha beside what is in front of the face.

Knows pairs, fields and sums; knows no optimiser. The weights were chosen by looking at sheets, not by their sum.
"""

from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional

from models.training.image_ops import blur, eroded, wide_blur, wide_mean
from models.training.network import LOW_PASS, RIM, SIZE, Compositor, Fields, activate
from models.training.pairs import Pairs
from models.training.relight import relit, widened

COLOUR, EDGES, GRAIN, ALPHA, TONE, ANYHOW, SMOOTH, STEADY = 1.0, 0.5, 0.35, 0.7, 0.5, 1.0, 0.002, 0.15
"""Weights of the losses below. Alpha has its own: a wearer is so like the target that leaving it alone is cheap."""
BEYOND, FEATURE = 0.1, 2.0
"""Weight of what is beyond the mesh, and what eyes, brows and lips count in addition."""
TRACES = 3.0
"""What a pixel counts in addition where the texture shows what is in front of the source."""
TONE_PX = 8.0
"""Of the square: as coarsely as the relight, a swapped face has the wearer's tone."""
HIDDEN, THIN, THIN_PX, BESIDE, BESIDE_PX = 3.0, 14.0, 4.0, 2.5, 3
"""What a pixel in front of the face counts in addition, for alpha, since there are few; and what more where the thing
is thin beside so many px: the rims of glasses are the fewest of all, and the first to be missed. And the face within
so many px of a thing, which is to stay painted."""
JUDGED = 0.3
"""Validity from which on alpha is judged."""
JITTER_PX, JITTER_NOISE = 0.6, 0.012
"""How far the same face is from one frame to the next, and the noise on it."""
RIM_PX = 4
"""The face without its rim begins so far inside, px of the square."""


@dataclass(frozen=True, slots=True)
class Judged:
    """One stack of pairs and what a network made of it."""

    losses: dict[str, Tensor]
    fields: Fields
    relit: Tensor
    composed: Tensor


def square_of(pairs: Pairs) -> Tensor:
    """(N, 8, S, S): what the network is given."""
    texture = relit(pairs.wearer, pairs.texture, pairs.valid, pairs.features)
    return torch.cat([pairs.wearer, texture, pairs.valid, pairs.features], 1)


def composed(fields: Fields, square: Tensor) -> Tensor:
    """(N, 3, S, S): the picture, as the engines' kernel composes it."""
    wearer, texture = square[:, :3], square[:, 3:6]
    low = blur(square[:, :6], LOW_PASS * SIZE)
    face = fields.gain * (low[:, 3:] + fields.source_detail * (texture - low[:, 3:])) + fields.offset
    face = face + fields.own_detail * (wearer - low[:, :3])
    alpha = fields.alpha * blur(square[:, 6:7], RIM)
    return alpha * face + (1 - alpha) * wearer


def judge(network: Compositor, pairs: Pairs, *, half: bool = False) -> Judged:
    """Let a network compose pairs, and compare. half: it computes in bfloat16; what is made of it in float32."""
    square = square_of(pairs)
    raw = raw_of(network, square, half=half)
    fields = Fields.of(activate(raw))
    made = composed(fields, square)
    face = pairs.inside * (1 + FEATURE * pairs.features) * (1 + TRACES * pairs.remains)
    weight = (BEYOND + face) * pairs.known
    skin = (1 - pairs.known) * (pairs.valid > JUDGED) * (1 - widened(pairs.features)) * (1 - pairs.hidden)
    losses = {
        "colour": ((made - pairs.target).abs() * weight).mean(),
        "edges": edges_apart(made, pairs.target, weight),
        # Without a target the target is the wearer. Not of features: theirs must be the source's, not anybody's.
        "grain": grain_apart(made, pairs.target, (weight + skin) * (1 - pairs.features)),
        "tone": tone_apart(made, pairs.wearer, skin),
        "anyhow": (anyhow_apart(network, pairs, made, half=half) * face * (1 - pairs.hidden)).mean(),
        "alpha": alpha_apart(raw[:, :1], pairs),
        "smooth": sum((torch.diff(raw[:, 1:7], dim=dim).abs().mean() for dim in (2, 3)), torch.zeros(())),
    }
    return Judged(losses, fields, square[:, 3:6], made)


def total(losses: dict[str, Tensor]) -> Tensor:
    """What is made small."""
    weights = {
        "colour": COLOUR,
        "edges": EDGES,
        "grain": GRAIN,
        "alpha": ALPHA,
        "tone": TONE,
        "anyhow": ANYHOW,
        "smooth": SMOOTH,
        "steady": STEADY,
    }
    return torch.stack([weights[name] * loss for name, loss in losses.items()]).sum()


def edges_apart(made: Tensor, target: Tensor, weight: Tensor) -> Tensor:
    """Differences of neighbouring pixels, at three sizes."""
    apart, sums = made - target, []
    for _ in range(3):
        for dim in (2, 3):
            slope = torch.diff(apart, dim=dim).abs()
            sums.append((slope * weight.narrow(dim, 1, weight.shape[dim] - 1)).mean())
        apart, weight = functional.avg_pool2d(apart, 2), functional.avg_pool2d(weight, 2)
    return torch.stack(sums).sum()


def grain_apart(made: Tensor, target: Tensor, weight: Tensor) -> Tensor:
    """How much detail there is around each pixel, wherever exactly it lies: pores need not match, but be there."""
    apart = torch.zeros((), device=made.device)
    for size in (3, 5):
        energies = []
        for picture in (made, target):
            grey = picture.mean(dim=1, keepdim=True)
            detail = grey - means_of(grey, size)
            energies.append((means_of(detail * detail, 7) + 1e-5).sqrt())
        apart = apart + ((energies[0] - energies[1]).abs() * weight).mean()
    return apart


def means_of(x: Tensor, size: int) -> Tensor:
    """Of size x size px around each one; beyond the border all is 0."""
    across = functional.avg_pool2d(x, (1, size), 1, (0, size // 2))
    return functional.avg_pool2d(across, (size, 1), 1, (size // 2, 0))


def tone_apart(made: Tensor, wearer: Tensor, skin: Tensor) -> Tensor:
    """How far skin is from the wearer's, coarsely. skin: (N, 1, S, S) 0..1."""
    means = wide_mean(torch.cat([made, wearer], 1), skin, TONE_PX)
    return ((means[:, :3] - means[:, 3:]).abs() * skin).mean()


def anyhow_apart(network: Compositor, pairs: Pairs, made: Tensor, *, half: bool) -> Tensor:
    """(N, 3, S, S): where there is no target, how far it is from what the network makes of the source's clean texture.

    So a swap looks the same in whatever light, with whatever on it the source was taken: what is right follows the
    network's own best work, which learns nothing here. 0 where there is a target.
    """
    rows = torch.nonzero(pairs.known.flatten() == 0)[:, 0]
    if not len(rows):
        return torch.zeros_like(made)
    some = Pairs(*(column[rows] for column in pairs))
    with torch.no_grad():
        square = square_of(some._replace(texture=some.clean))
        best = composed(Fields.of(activate(raw_of(network, square, half=half))), square)
    return torch.zeros_like(made).index_copy(0, rows, (made[rows] - best).abs())


def alpha_apart(logits: Tensor, pairs: Pairs) -> Tensor:
    """Cross entropy of alpha and what is to be seen of the face. logits: (N, 1, S, S), before `activate`."""
    thin = (pairs.hidden - wide_blur(pairs.hidden, THIN_PX)).clamp_min(0)
    near = functional.max_pool2d(pairs.hidden, 2 * BESIDE_PX + 1, 1, BESIDE_PX) * (1 - pairs.hidden)
    weight = (pairs.valid > JUDGED) * (1 + HIDDEN * pairs.hidden + THIN * thin + BESIDE * near)
    apart = functional.binary_cross_entropy_with_logits(logits + 2.0, 1 - pairs.hidden, reduction="none")
    return (apart * weight).sum() / weight.sum().clamp_min(1)


def raw_of(network: Compositor, square: Tensor, *, half: bool) -> Tensor:
    """The network's raw numbers as float32."""
    with torch.autocast(square.device.type, torch.bfloat16, enabled=half):
        raw = network.raw(square.contiguous(memory_format=torch.channels_last))
    return raw.float()


def steadiness(network: Compositor, pairs: Pairs, generator: torch.Generator, *, half: bool = False) -> Tensor:
    """How far fields of the next frame, moved by a part of a pixel and with other noise, are from this one's."""
    square = square_of(pairs)
    count, device = len(square), square.device
    shift = (torch.rand(count, 2, generator=generator, device=device) * 2 - 1) * (2 * JITTER_PX / SIZE)
    theta = torch.zeros(count, 2, 3, device=device)
    theta[:, 0, 0] = theta[:, 1, 1] = 1
    theta[:, :, 2] = shift
    grid = functional.affine_grid(theta, list(square.shape), align_corners=False)
    moved = functional.grid_sample(square, grid, padding_mode="border", align_corners=False)
    noise = torch.randn(count, 3, SIZE, SIZE, generator=generator, device=device) * JITTER_NOISE
    moved = torch.cat([(moved[:, :3] + noise).clamp(0, 1), moved[:, 3:]], 1)
    fields, onwards = (activate(raw_of(network, x, half=half)) for x in (square, moved))
    now = functional.grid_sample(fields, grid, padding_mode="border", align_corners=False)
    return ((onwards - now).abs() * (moved[:, 6:7] > JUDGED)).mean()


def alphas(fields: Fields, pairs: Pairs) -> dict[str, float]:
    """Mean alpha on things in front of the face, and on the face without its rim: to be 0 and 1."""
    near = 1 - eroded(1 - pairs.hidden, RIM_PX)
    face = (eroded((pairs.valid > JUDGED).float(), RIM_PX) > 0) & (near < 0.02)
    things = (pairs.valid > JUDGED) & (pairs.hidden > 0.95)
    means = ((fields.alpha * where).sum() / where.sum().clamp_min(1) for where in (face, things))
    return dict(zip(("alpha_face", "alpha_hidden"), (float(mean) for mean in means), strict=True))
