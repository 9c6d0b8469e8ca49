"""The training: pairs in, better weights out, until the time is over or somebody stops it.

Knows the optimiser, the running mean of the weights, checkpoints and time; knows neither how pairs are made nor what a
loss means. On the CPU it runs as several processes that share gradients, each on one thread: two threads of one process
wait for each other, and on a busy machine that is ten times slower.
"""

import math
import signal
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from types import FrameType
from typing import Any

import torch
from torch import Tensor, distributed, multiprocessing

from models.training import losses
from models.training.network import Compositor
from models.training.occluders import BANK, SHARES, Bank
from models.training.pairs import PairMaker, Pairs
from models.training.people import People, prepared
from models.training.prepared_sources import Sources, prepared_sources
from models.training.progress import Row, draw_curve, draw_sheet, line_of
from models.training.weights import Checkpoint

CPU_BATCH, GPU_BATCH = 8, 256
"""Pairs a step of one process."""
RATE, WARM_UP, LAST, LOWEST_RATE = 4e-4, 100, 0.35, 0.03
"""Of AdamW: the rate, steps until it is reached, the share of the time over which it falls, and to what share of it."""
DECAY = 0.9985
"""Of the running mean of the weights: some 700 steps."""
STEADY_EVERY = 16
"""Steps between those with the loss on neighbouring frames, which costs three passes."""
JUDGED_PAIRS = 96
EVALUATE_S = 300.0
"""Seconds between evaluations, each with a checkpoint, a curve and a sheet."""
Tell = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Settings:
    """What is asked for. out: the folder of checkpoint, curve, sheet and cache."""

    people: Path
    out: Path
    minutes: float
    start: Path | None = None
    seed: int = 0
    processes: int = 2
    device: str = "cpu"
    batch: int = CPU_BATCH
    evaluate_s: float = EVALUATE_S
    bank: int = BANK
    judged: int = JUDGED_PAIRS

    @property
    def checkpoint(self) -> Path:
        """Where the training goes on."""
        return self.out / "checkpoint.pt"

    @property
    def cache(self) -> Path:
        """What is prepared once."""
        return self.out / "cache"


def train(settings: Settings, tell: Tell) -> None:
    """Train until the time is over. An interrupt saves and ends it; the same call goes on."""
    settings.out.mkdir(parents=True, exist_ok=True)
    material_of(settings, tell)
    context = multiprocessing.get_context("spawn")
    stopped: Any = context.Event()

    def stop(_number: int, _frame: FrameType | None) -> None:
        tell("stopping after this step")
        stopped.set()

    before = {number: signal.signal(number, stop) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        if settings.processes == 1:
            Worker(settings, 0, stopped, tell).run()
        else:
            _meeting(settings).unlink(missing_ok=True)
            multiprocessing.spawn(_work, (settings, stopped, tell), nprocs=settings.processes, join=True)
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _work(rank: int, settings: Settings, stopped: Any, tell: Tell) -> None:
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_IGN)  # the first process says when
    meeting = f"file://{_meeting(settings).resolve()}"
    distributed.init_process_group("gloo", meeting, timedelta(minutes=10), settings.processes, rank)
    try:
        Worker(settings, rank, stopped, tell).run()
    finally:
        distributed.destroy_process_group()


def material_of(settings: Settings, tell: Tell) -> tuple[People, Sources, Bank]:
    """What pairs are made of; from the cache where it was prepared before."""
    people = prepared(settings.people, settings.cache, tell)
    bank = Bank.drawn(settings.bank, settings.seed, settings.cache / "things.pt")
    sources = prepared_sources(settings.people, people, bank, settings.cache, settings.processes, tell)
    return people, sources, bank


def judged_pairs(people: People, sources: Sources, settings: Settings, device: torch.device) -> Pairs:
    """Pairs of people, and with things before them, that no network was trained on; always the same."""
    bank = Bank.drawn(max(settings.bank // 8, len(SHARES)), settings.seed + 1, settings.cache / "other-things.pt")
    generator = torch.Generator(device).manual_seed(5)
    return PairMaker(people, sources, people.chosen(test=True), bank, generator).make(settings.judged)


def _meeting(settings: Settings) -> Path:
    """The file by which the processes of a training find each other."""
    return settings.out / "meeting"


class Worker:
    """One process of a training. rank 0 judges, saves and tells."""

    def __init__(self, settings: Settings, rank: int, stopped: Any, tell: Tell) -> None:
        torch.set_num_threads(1)
        self._settings, self._rank, self._stopped, self._tell = settings, rank, stopped, tell
        self._device = torch.device(settings.device)
        self._half = self._device.type == "cuda" or bool(torch.cpu.get_capabilities().get("avx512_bf16"))
        self._began, self._spent = time.monotonic(), 0.0
        self._network = Compositor()
        self._state = self._loaded()
        self._network.load_state_dict(self._state.weights)
        self._network.to(self._device, memory_format=torch.channels_last)  # type: ignore[call-overload]
        self._averaged = {name: value.to(self._device) for name, value in self._state.averaged.items()}
        self._optimiser = torch.optim.AdamW(self._network.parameters(), RATE, betas=(0.9, 0.98), weight_decay=1e-4)
        if self._state.optimiser is not None:
            self._optimiser.load_state_dict(self._state.optimiser)
        people, sources, bank = material_of(settings, tell)
        # Another start of the same training must not see the same pairs again.
        seed = settings.seed + 1000 * rank + 7919 * self._state.step
        self._generator = torch.Generator(self._device).manual_seed(seed)
        self._maker = PairMaker(people, sources, people.chosen(test=False), bank, self._generator)
        self._judged = judged_pairs(people, sources, settings, self._device) if rank == 0 else None

    def _loaded(self) -> Checkpoint:
        for path in (self._settings.checkpoint, self._settings.start):
            if path is not None and path.is_file():
                return Checkpoint.load(path)
        fresh = {name: value.clone() for name, value in self._network.state_dict().items()}
        return Checkpoint(fresh, {name: value.clone() for name, value in fresh.items()})

    def run(self) -> None:
        """Until the time is over."""
        self._began = judged_at = time.monotonic()
        self._spent, samples, train, steps = self._state.seconds, self._state.samples, 0.0, 0
        while not self._over():
            train += self._step()
            steps += 1
            if time.monotonic() - judged_at > self._settings.evaluate_s and self._rank == 0:
                self._evaluate(train / steps, (self._state.samples - samples) / (time.monotonic() - judged_at))
                train, steps, samples, judged_at = 0.0, 0, self._state.samples, time.monotonic()
        if self._rank == 0:
            rate = (self._state.samples - samples) / max(1e-3, time.monotonic() - judged_at)
            self._evaluate(train / max(1, steps), rate)

    @property
    def _elapsed(self) -> float:
        return time.monotonic() - self._began

    def _over(self) -> bool:
        over = self._stopped.is_set() or self._elapsed >= 60 * self._settings.minutes
        if self._settings.processes == 1:
            return bool(over)
        said = torch.tensor([float(over)])
        distributed.broadcast(said, 0)
        return bool(said.item() > 0)

    def _step(self) -> float:
        pairs = self._maker.make(self._settings.batch)
        for group in self._optimiser.param_groups:
            group["lr"] = self._rate()
        apart = losses.judge(self._network, pairs, half=self._half).losses
        if self._state.step % STEADY_EVERY == 0:
            apart["steady"] = losses.steadiness(self._network, pairs, self._generator, half=self._half)
        loss = losses.total(apart)
        self._optimiser.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        self._share_gradients()
        torch.nn.utils.clip_grad_norm_(self._network.parameters(), 1.0)
        self._optimiser.step()
        self._state.step += 1
        self._state.samples += self._settings.batch * self._settings.processes
        decay = min(DECAY, self._state.step / (self._state.step + 20))
        with torch.no_grad():
            for name, value in self._network.state_dict().items():
                self._averaged[name].lerp_(value, 1 - decay)
        return float(loss.detach())

    def _rate(self) -> float:
        left = 1 - self._elapsed / (60 * self._settings.minutes)
        falling = LOWEST_RATE + (1 - LOWEST_RATE) * (0.5 - 0.5 * math.cos(math.pi * min(1.0, max(0.0, left) / LAST)))
        return RATE * min(1.0, (self._state.step + 1) / WARM_UP) * falling

    def _share_gradients(self) -> None:
        if self._settings.processes == 1:
            return
        gradients = [p.grad for p in self._network.parameters() if p.grad is not None]
        flat: Tensor = torch.cat([gradient.reshape(-1) for gradient in gradients]) / self._settings.processes
        distributed.all_reduce(flat)
        start = 0
        for gradient in gradients:
            gradient.copy_(flat[start : start + gradient.numel()].view_as(gradient))
            start += gradient.numel()

    def _evaluate(self, train: float, rate: float) -> None:
        judged: Pairs = self._judged  # type: ignore[assignment]
        network = Compositor().to(self._device)
        network.load_state_dict(self._averaged)
        with torch.no_grad():
            made = losses.judge(network.eval(), judged)
        row: Row = {name: float(loss) for name, loss in made.losses.items()}
        row |= losses.alphas(made.fields, judged) | {"total": float(losses.total(made.losses)), "train": train}
        self._state.seconds = self._spent + self._elapsed
        row |= {"samples": self._state.samples, "seconds": self._state.seconds, "rate": rate}
        self._state.history.append(row)
        self._state.weights = {name: value.cpu() for name, value in self._network.state_dict().items()}
        self._state.averaged = {name: value.cpu().clone() for name, value in self._averaged.items()}
        self._state.optimiser = self._optimiser.state_dict()
        self._state.save(self._settings.checkpoint)
        draw_curve(self._state.history, self._settings.out / "curve.png")
        draw_sheet(judged, made, self._settings.out / "sheet.png")
        self._tell(line_of(row, 60 * self._settings.minutes - self._elapsed))
