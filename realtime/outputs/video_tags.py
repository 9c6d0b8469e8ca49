"""What a video says of itself in words: its title and other tags, the names and languages of its tracks, its chapters.

A tag is kept when it is on a list, so nothing unknown is published by accident: a phone writes where it was, a camera
its serial number, and neither is wanted beside a swapped face. Knows words and times; opens nothing.
"""

from collections.abc import Callable, Iterable, Mapping
from fractions import Fraction
from typing import TYPE_CHECKING

import av
from av.stream import Disposition, Stream

from realtime.provenance.words import COMMENT

if TYPE_CHECKING:
    from av.container.core import Chapter  # only in the stubs


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


MP4_TAGS = _words(
    "title artist album_artist composer album date genre copyright grouping lyrics description synopsis show"
    " episode_id network keywords season_number track disc creation_time"
)
KEPT_TAGS = {
    "mp4": MP4_TAGS,
    "mov": _words("title artist author album date genre copyright keywords creation_time"),
    "matroska": MP4_TAGS | _words("author performer publisher language director subtitle law_rating"),
}
"""By ffmpeg's name of the container; webm is a kind of matroska. From libavformat's movenc.c and matroskaenc.c."""
TECHNICAL = _words(
    "major_brand minor_version compatible_brands encoder handler_name vendor_id duration software comment"
    " writing_frontend encoded_by timecode company_name product_name product_version product_version_num"
    " application_platform toolkit_version_num operational_pattern_ul uid generation_uid product_uid"
    " material_package_umid material_package_name file_package_umid modification_date"
)
"""What the writer of a file adds by itself."""
PREFIX = "com.apple.quicktime."
PLACE = ("location", "gps", "geo", "xyz")
CAMERA = ("make", "model", "camera", "lens", "serial", "com.android", "device")
NAMELESS = ("handle", "iso media", "core media", "mainconcept", "alias data")
"""In names that programs give to every track."""
KEPT_DISPOSITIONS = (
    Disposition.default
    | Disposition.dub
    | Disposition.original
    | Disposition.comment
    | Disposition.lyrics
    | Disposition.karaoke
    | Disposition.forced
    | Disposition.hearing_impaired
    | Disposition.visual_impaired
    | Disposition.clean_effects
    | Disposition.captions
    | Disposition.descriptions
)
MOV_LANGUAGES = {
    "deu": "ger",
    "ell": "gre",
    "fre": "fra",
    "gle": "iri",
    "isl": "ice",
    "nld": "dut",
    "rum": "ron",
    "cze": "ces",
    "slo": "slk",
    "sqi": "alb",
    "swe": "sve",
    "zho": "chi",
}
"""QuickTime's names where they differ: a .mov cannot hold others (mov_mdhd_language_map, libavformat/isom.c)."""
MS = Fraction(1, 1000)


def kept_tags(tags: Mapping[str, str], container: str) -> tuple[dict[str, str], list[str]]:
    """The tags of a video that its copy has too, and a word for each kind that it has not.

    container: ffmpeg's name. The video's comment is kept behind ours, which says that faces were replaced.
    """
    named = {key.removeprefix(PREFIX).lower(): value for key, value in tags.items()}
    allowed = KEPT_TAGS["matroska" if container == "webm" else container]
    kept = {key: value for key, value in named.items() if key in allowed}
    kept["comment"] = marked(named.get("comment", ""))
    left = [key for key in named if key not in allowed | TECHNICAL and not key.startswith("_statistics")]
    words = dict.fromkeys(word_for(key) for key in left)
    return kept, list(words)


def word_for(tag: str) -> str:
    """What a tag tells, for people."""
    if any(part in tag for part in PLACE):
        return "the place where it was recorded"
    if any(part in tag for part in CAMERA):
        return "the name of the camera"
    return f"the tag {tag}"


def marked(comment: str) -> str:
    """Our mark, and what a video's own comment says; a video that was made with liveswap is marked once."""
    return comment if COMMENT in comment else "\n\n".join(filter(None, [COMMENT, comment]))


def label_track(source: Stream, target: Stream) -> None:
    """Give a new track the language, the name and the roles (default, forced, commentary ...) of the one it is from."""
    container = target.container.format.name
    handler = source.metadata.get("handler_name") or source.metadata.get("HANDLER_NAME") or ""
    is_name = not any(word in handler.lower() for word in NAMELESS)
    title = source.metadata.get("title") or (handler.strip() if is_name else "")
    language = source.metadata.get("language", "")
    labels = {"language": MOV_LANGUAGES.get(language, language) if container == "mov" else language, "title": title}
    if container in {"mp4", "mov"}:
        labels["handler_name"] = labels.pop("title")
    target.metadata.update({key: value for key, value in labels.items() if value})
    target.disposition = source.disposition & KEPT_DISPOSITIONS


def chapters_within(chapters: "Iterable[Chapter]", video_s: Callable[[float], float], end_s: float) -> "list[Chapter]":
    """Chapters by video time, cut to what there is of the video. video_s: container time -> video time, s."""
    found: list[Chapter] = []
    for chapter in chapters:
        unit = chapter["time_base"] or av.time_base
        start_s, stop_s = (video_s(float(chapter[at] * unit)) for at in ("start", "end"))
        start, stop = (round(1000 * min(max(at_s, 0.0), end_s)) for at_s in (start_s, stop_s))
        if stop > start:
            titles = {"title": chapter["metadata"]["title"]} if "title" in chapter["metadata"] else {}
            found.append({"id": len(found) + 1, "start": start, "end": stop, "time_base": MS, "metadata": titles})
    return found
