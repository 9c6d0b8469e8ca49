"""What `liveswap verify` prints of a file, and its exit status.

    0    the signature holds, and the file is as it was signed; whoever signed it
    4    broken: changed since it was signed, or its manifest was removed
    5    a mark without a signature
    6    no mark at all
    7    as 0, but --trust vouches for nobody who signed it

Knows words; provenance/reading.py looks.
"""

import json
from pathlib import Path

from models.errors import UserError
from realtime.cli.console import printable, show, shown_name, stdout
from realtime.media.local_path import local_path
from realtime.provenance.reading import Claim, Finding, Status, examine

EXIT = {Status.VALID: 0, Status.BROKEN: 4, Status.MARKED: 5, Status.NO_MARK: 6}
NOT_TRUSTED = 7
SUMMARY = {
    Status.VALID: ("signed, and unchanged since", "green"),
    Status.BROKEN: ("broken: not as it was made", "bold red"),
    Status.MARKED: ("marked, but not signed: nobody can tell whether it was changed", "yellow"),
    Status.NO_MARK: ("no mark: it says nothing of where it comes from, which proves nothing", "yellow"),
}


def verify(file: str, trust: Path | None, *, as_json: bool) -> int:
    """Tell what a file claims and whether it holds. trust: a file of certificates, PEM. Returns the exit status.

    Raises UserError for files that cannot be read.
    """
    finding = examine(local_path(file), None if trust is None else _certificates(trust))
    if as_json:
        stdout.file.write(json.dumps({"file": file, **finding.as_json()}, indent=1) + "\n")
    else:
        _show(file, finding)
    if finding.status is Status.VALID and trust is not None and not finding.is_signer_known:
        return NOT_TRUSTED
    return EXIT[finding.status]


def _show(file: str, finding: Finding) -> None:
    show(f"{shown_name(file)}: ", SUMMARY[finding.status])
    if finding.claim is not None:
        for name, value in _claims(finding.claim):
            _line(name, value)
        known = "known signer" if finding.is_signer_known else "unknown signer"
        _line("signed by", f"{known}: {finding.signer}" if finding.signer else known)
        _line("signature", "holds" if finding.signature_holds else "does not hold")
        _line("content", "is what was signed" if finding.content_matches else "is not what was signed")
    if finding.mark is not None:
        _line("mark", finding.mark)
    for problem in finding.problems:
        _line("problem", problem)


def _claims(claim: Claim) -> list[tuple[str, str]]:
    lines = [("made by", claim.made_by), ("actions", ", ".join(claim.actions)), ("kind", ", ".join(claim.source_types))]
    if claim.model is not None:
        lines.append(("model", claim.model))
    if claim.no_badge is not None:
        lines.append(("no badge", claim.no_badge))
    if claim.input_sha256 is not None:
        lines.append(("made of", f"a file with sha256 {claim.input_sha256}"))
    return [(name, value) for name, value in lines if value]


def _line(name: str, value: str) -> None:
    """Values come from the file, so from anybody."""
    show((f"  {name:<10}", "bold"), printable(value).replace("\n", " "))


def _certificates(path: Path) -> str:
    try:
        return path.read_text(encoding="ascii")
    except (OSError, ValueError) as error:
        raise UserError(f"--trust {path} cannot be read: {error}", remedy="give a file of certificates, PEM") from error
