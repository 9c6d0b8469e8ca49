"""What a file claims of where it comes from, and whether that holds: its signed manifest (C2PA), else its marks.

    valid      the signature holds, and the file is as it was signed
    broken     changed after it was signed; or liveswap's mark is there, and the manifest that it writes is gone
    marked     a mark without a signature, in a format that carries none, or of another program
    no mark    nothing is said; that is no proof of anything

Nothing is fetched from anywhere. Knows c2pa's reports; knows no terminal.
"""

import json
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Any

from models.errors import UserError
from realtime.media.local_path import is_file
from realtime.provenance.credit import HASH_PREFIX, MODEL_KEY, NO_BADGE_KEY
from realtime.provenance.marks import Mark, mark_in
from realtime.provenance.signing import MEDIA_TYPES, UNKNOWN_SIGNER, load_c2pa

OFFLINE = {"remote_manifest_fetch": False, "ocsp_fetch": False}
REMOVED = (
    "liveswap made it, and the manifest that it signs is gone: another program wrote the file anew,"
    " or it was made where signing did not work"
)


class Status(StrEnum):
    """How it stands with a file."""

    VALID = "valid"
    BROKEN = "broken"
    MARKED = "marked"
    NO_MARK = "no mark"


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """What a manifest says. source_types: IPTC's words. input_sha256: of the file it was made of, if it says so.

    no_badge: why the picture carries no visible badge, if it says so.
    """

    made_by: str
    actions: tuple[str, ...] = ()
    source_types: tuple[str, ...] = ()
    model: str | None = None
    no_badge: str | None = None
    input_sha256: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """status: of all. signature_holds, content_matches: None where nothing is signed. signer: who it says it is.

    is_signer_known: whether those who are trusted vouch for them. mark: IPTC's word outside of a manifest.
    """

    status: Status
    claim: Claim | None = None
    signature_holds: bool | None = None
    content_matches: bool | None = None
    signer: str | None = None
    is_signer_known: bool = False
    mark: str | None = None
    problems: tuple[str, ...] = field(default=())

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


def examine(path: Path, trusted: str | None = None) -> Finding:
    """Look into a file. trusted: certificates that vouch for signers, PEM; None for none.

    Raises UserError for a file that cannot be read, and SigningError where c2pa does not load.
    """
    if not is_file(path):
        raise UserError(f"there is no file {path}", remedy="check the path")
    c2pa = load_c2pa()
    try:
        mark = mark_in(path)
        report = _report(c2pa, path, trusted)
    except c2pa.C2paError as error:
        return Finding(status=Status.BROKEN, mark=_word(mark), problems=(str(error),))
    except OSError as error:
        raise UserError(f"{path} cannot be read: {error.strerror}", remedy="check its permissions") from error
    return _of_mark(path, mark) if report is None else _of_manifest(report, mark)


def _report(c2pa: Any, path: Path, trusted: str | None) -> dict[str, Any] | None:
    """c2pa's report; None without a manifest, or of what can have none. Raises C2paError for what is damaged."""
    settings: dict[str, Any] = {"verify": OFFLINE}
    if trusted is not None:
        settings["trust"] = {"user_anchors": trusted}
    with path.open("rb") as file, c2pa.Context.from_dict(settings) as context:
        try:
            reader = c2pa.Reader.try_create(None, file, context=context)
        except c2pa.C2paError.NotSupported:
            return None
        if reader is None:
            return None
        with reader:
            found: dict[str, Any] = json.loads(reader.json())
            return found


def _word(mark: Mark | None) -> str | None:
    return None if mark is None else mark.source_type


def _of_mark(path: Path, mark: Mark | None) -> Finding:
    if mark is None:
        return Finding(status=Status.NO_MARK)
    if mark.is_ours and path.suffix.lower() in MEDIA_TYPES:
        return Finding(status=Status.BROKEN, mark=mark.source_type, problems=(REMOVED,))
    return Finding(status=Status.MARKED, mark=mark.source_type)


def _of_manifest(report: dict[str, Any], mark: Mark | None) -> Finding:
    results = report.get("validation_results", {}).get("activeManifest", {})
    failures = [each for each in results.get("failure", []) if each["code"] != UNKNOWN_SIGNER]
    right = {each["code"] for each in results.get("success", [])}
    wrong = {each["code"] for each in failures}
    content = any(code.endswith("Hash.match") for code in right)
    content &= not any("Hash" in code and not code.endswith(".match") for code in wrong)
    signature = "claimSignature.validated" in right and not any(
        code.startswith(("claimSignature.", "signingCredential.")) for code in wrong
    )
    manifest = report["manifests"][report["active_manifest"]]
    signed = manifest.get("signature_info") or {}
    is_valid = content and signature and not failures and report.get("validation_state") in {"Valid", "Trusted"}
    return Finding(
        status=Status.VALID if is_valid else Status.BROKEN,
        claim=_claim(manifest),
        signature_holds=signature,
        content_matches=content,
        signer=", ".join(filter(None, [signed.get("common_name"), signed.get("issuer")])) or None,
        is_signer_known="signingCredential.trusted" in right,
        mark=_word(mark),
        problems=tuple(f"{each['code']}: {each.get('explanation', '')}" for each in failures),
    )


def _claim(manifest: dict[str, Any]) -> Claim:
    tool = (manifest.get("claim_generator_info") or [{}])[0]
    actions = [
        action
        for assertion in manifest.get("assertions", [])
        if assertion["label"].startswith("c2pa.actions")
        for action in assertion["data"].get("actions", [])
    ]
    types = [action["digitalSourceType"].rpartition("/")[2] for action in actions if "digitalSourceType" in action]
    told = {key: value for action in actions for key, value in (action.get("parameters") or {}).items()}
    inputs = [each.get("instance_id", "") for each in manifest.get("ingredients", [])]
    hashes = [name.removeprefix(HASH_PREFIX) for name in inputs if name.startswith(HASH_PREFIX)]
    return Claim(
        made_by=" ".join(filter(None, [tool.get("name") or manifest.get("claim_generator"), tool.get("version")])),
        actions=tuple(action.get("action", "") for action in actions),
        source_types=tuple(dict.fromkeys(types)),
        model=told.get(MODEL_KEY),
        no_badge=told.get(NO_BADGE_KEY),
        input_sha256=next(iter(hashes), None),
    )
