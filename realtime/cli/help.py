"""What the help of a command shows beside its options: examples, and arguments without Python's types."""

from typing import Any

from typer.core import TyperArgument, TyperCommand


class PlainHelp(TyperCommand):
    """Arguments are told by name and words: `<list[str]>` says nothing to who types them."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        for taken in self.params:
            if isinstance(taken, TyperArgument):
                taken.display_type_rich = lambda ctx: None  # type: ignore[method-assign]  # noqa: ARG005


def examples(*lines: str) -> str:
    """The end of a command's help."""
    return "\n\n".join(["Examples:", *lines])


RUN_EXAMPLES = examples(
    "liveswap run --face alice.jpg --input holiday.mp4 --output swapped.mp4",
    "liveswap run --face alice.jpg --input group.jpg --output swapped.png --faces all",
    "liveswap run --face alice.jpg --input 0 --output recording.mp4",
    "liveswap run --face alice.jpg --input clips/ --output swapped/     (every video and picture)",
    "liveswap run --face alice.jpg --input holiday.mp4 --output part.mp4 --trim 1:30-1:45",
    "ffmpeg -i IN -f matroska - | liveswap run --face alice.jpg --input - --output - | ffplay -",
    "liveswap run -s alice.jpg -t holiday.mp4 -o swapped.mp4     (as in roop and facefusion)",
)
