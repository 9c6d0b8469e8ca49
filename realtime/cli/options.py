"""The options of the command line, one a line or two; arguments.py and main.py say their order and defaults.

Knows words, metavars and help.
"""

from pathlib import Path
from typing import Annotated

import typer

from realtime.choices import Hdr, Strangers, WhenLost
from realtime.cli import completion
from realtime.faces import consent

LOOK, NEURAL, OUT = "How it looks", "Neural models", "What comes out"

WHOSE = completion.words("wearer", "source")

Names = Annotated[
    list[str] | None,
    typer.Argument(
        metavar="NAME",
        help="Names from `liveswap models list`; without any: the default ones.",
        autocompletion=completion.models_for(),
    ),
]

Photos = Annotated[
    list[Path] | None,
    typer.Option(
        "--face",
        metavar="PHOTO",
        help="Photo of the face to appear with; or a folder or video of that person. Repeat for more.",
    ),
]
Input = Annotated[
    str,
    typer.Option(
        "--input",
        metavar="IN",
        help="0, /dev/video0 (camera) | video | picture | - (stdin) | rtsp:// http:// | screen | test",
    ),
]
Outputs = Annotated[
    list[str],
    typer.Option(
        "--output",
        metavar="OUT",
        help="out.mp4 .mkv .webm | out.png .jpg .gif .webp | f/%05d.png | folder | - | rtmp:// srt:// | virtual | null",
    ),
]
Maps = Annotated[
    list[str] | None,
    typer.Option("--map", metavar="TARGET=SOURCE", help="Who gets whose face: ann.jpg=alice.jpg. Needs a recogniser."),
]
Others = Annotated[
    Strangers | None,
    typer.Option(
        "--strangers",
        help="The other faces. Default: blurred live and with --map, left as they are in files.",
        rich_help_panel=LOOK,
    ),
]
Consent = Annotated[
    bool, typer.Option("--i-have-consent", help="The person in each photo agreed. Asked once per photo otherwise.")
]
ConsentFor = Annotated[
    consent.ConsentFor,
    typer.Option(
        "--consent-for", help="What they agreed to: pictures that pass, files that stay, or both.", show_choices=True
    ),
]
ConsentUntil = Annotated[
    str | None, typer.Option("--consent-until", metavar="DAY", help="The last day of their consent: 2027-12-31.")
]
Swapper = Annotated[
    str,
    typer.Option(
        metavar="NAME",
        help="mesh | a name from `liveswap models list`",
        autocompletion=completion.models_for("swap", also=["mesh"]),
        rich_help_panel=LOOK,
    ),
]
Device = Annotated[
    str,
    typer.Option(
        metavar="NAME",
        help="auto | cpu | cuda | tensorrt | rtx | openvino | coreml | directml",
        autocompletion=completion.devices,
        rich_help_panel=NEURAL,
    ),
]
Strength = Annotated[
    float,
    typer.Option(metavar="SHARE", help="0..1: how much of the source's skin and light is shown.", rich_help_panel=LOOK),
]
Iris = Annotated[
    str,
    typer.Option(
        metavar="WHOSE", autocompletion=WHOSE, help="source | wearer: whose eye colour.", rich_help_panel=LOOK
    ),
]
Mouth = Annotated[
    str,
    typer.Option(metavar="WHOSE", autocompletion=WHOSE, help="source | wearer: whose lips.", rich_help_panel=LOOK),
]
Hands = Annotated[bool, typer.Option(help="Hands stay in front of the face.", rich_help_panel=LOOK)]
Boost = Annotated[
    int,
    typer.Option(
        "--pixel-boost", metavar="K", help="K times the resolution, K x K times the work.", rich_help_panel=NEURAL
    ),
]
Morph = Annotated[
    float | None, typer.Option(metavar="SHARE", help="0..1: the morph value of a DFM file.", rich_help_panel=NEURAL)
]
Occlusion = Annotated[
    str | None,
    typer.Option(
        "--occluder",
        metavar="NAME",
        autocompletion=completion.models_for("occlude"),
        help="Finds what covers the face: xseg_1 ...",
        rich_help_panel=NEURAL,
    ),
]
Regions = Annotated[
    str | None,
    typer.Option(
        "--regions",
        metavar="NAME",
        autocompletion=completion.models_for("parse"),
        help="Swap these regions of the face only: bisenet_resnet_34 ...",
        rich_help_panel=NEURAL,
    ),
]
Relight = Annotated[
    bool, typer.Option("--relight", help="Put the target's light on the swapped face.", rich_help_panel=NEURAL)
]
Precision = Annotated[
    str,
    typer.Option(
        metavar="LEVEL",
        autocompletion=completion.words("auto", "fp16", "mixed", "fp32"),
        help="auto | fp16 | mixed | fp32, for GPU engines.",
        rich_help_panel=NEURAL,
    ),
]
Enhancer = Annotated[
    str | None,
    typer.Option(
        metavar="NAME",
        autocompletion=completion.models_for("enhance"),
        help="Sharpen the face: gpen_bfr_256 ...",
        rich_help_panel=NEURAL,
    ),
]
Blend = Annotated[
    float,
    typer.Option("--enhancer-blend", metavar="SHARE", help="0..1: share of the enhanced face.", rich_help_panel=NEURAL),
]
Finder = Annotated[
    str | None,
    typer.Option(
        "--detector",
        metavar="NAME[@PX]",
        autocompletion=completion.models_for("detect"),
        help="Another detector: det_10g@320 ...",
        rich_help_panel=NEURAL,
    ),
]
Accepts = Annotated[bool, typer.Option("--accept-licence", help="Accept the licences of the models that are fetched.")]
Wanted = Annotated[
    str,
    typer.Option(
        "--faces",
        metavar="WHICH",
        autocompletion=completion.words("largest", "all"),
        help="largest | all | a number",
        rich_help_panel=LOOK,
    ),
]
Lost = Annotated[
    WhenLost | None,
    typer.Option(
        help="Shown while nobody is swapped; pass is the raw picture. Live: hold, then blur; files: pass.",
        rich_help_panel=LOOK,
    ),
]
Size = Annotated[
    str | None,
    typer.Option(metavar="WxH", help="Size in px; a video keeps its shape and fits into it.", rich_help_panel=OUT),
]
Fps = Annotated[
    str | None,
    typer.Option(
        metavar="F", help="Frame rate of a camera or numbered pictures; at most, of a file.", rich_help_panel=OUT
    ),
]
Budget = Annotated[
    float | None,
    typer.Option(
        "--latency-budget",
        metavar="MS",
        help="Live: skip work when latency exceeds it (enhancer, smoothing, new faces, size).",
        rich_help_panel=OUT,
    ),
]
Mirror = Annotated[bool, typer.Option(help="Live: mirror the picture; the badge stays readable.", rich_help_panel=LOOK)]
Duration = Annotated[
    float | None,
    typer.Option(
        metavar="S", help="Stop after this many seconds; of a picture, make a video this long.", rich_help_panel=OUT
    ),
]
Part = Annotated[
    str | None,
    typer.Option(
        "--trim", metavar="START-END", help="Only this part of a video: 10-25.5, 1:30-, -0:45.", rich_help_panel=OUT
    ),
]
At = Annotated[
    float | None,
    typer.Option("--at", metavar="S", help="Only the frame of a video at this second.", rich_help_panel=OUT),
]
Recursive = Annotated[
    bool, typer.Option("--recursive", help="Include the subfolders of an input folder.", rich_help_panel=OUT)
]
Workers = Annotated[
    int,
    typer.Option("--workers", metavar="N", help="Processes that work on one video together.", rich_help_panel=OUT),
]
Cluster = Annotated[
    str | None,
    typer.Option(metavar="ADDRESS", help="A Ray cluster makes the videos: auto | HOST:6379.", rich_help_panel=OUT),
]
Mic = Annotated[
    str | None,
    typer.Option("--mic", metavar="NAME", help="Live: record sound; default, or a microphone.", rich_help_panel=OUT),
]
Codec = Annotated[str | None, typer.Option(metavar="NAME", help="h264, hevc, vp9, av1, ffv1 ...", rich_help_panel=OUT)]
KeepHdr = Annotated[Hdr, typer.Option("--hdr", help="HDR videos become SDR, or stay HDR.", rich_help_panel=OUT)]
Crf = Annotated[int | None, typer.Option(metavar="N", help="Encoder quality: lower is better.", rich_help_panel=OUT)]
Bitrate = Annotated[
    str | None, typer.Option(metavar="RATE", help="Bit rate of a stream: 2500k, 4M.", rich_help_panel=OUT)
]
Metrics = Annotated[
    Path | None, typer.Option(metavar="FILE.json", help="Write the run's numbers to this file.", rich_help_panel=OUT)
]
