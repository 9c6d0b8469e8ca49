"""Whether a package of uv.lock is known to be vulnerable, asked of the OSV database by `uv audit`.

    uv run python -m docs.audit [--database URL]

Exit status: 0 nothing is known, 1 something is, 2 not checked. A database that cannot be reached, or that knows nothing
of an old Pillow whose holes are public, has checked nothing, and is never called clean. (`pip-audit` says "No known
vulnerabilities found" when an index has no such database.)
Knows OSV's request and uv's command; judges no vulnerability.
"""

import argparse
import json
import subprocess
import sys
import urllib.request
from pathlib import Path

ROOT = Path(__file__).parent.parent
AUDIT = ("uv", "audit", "--preview-features", "audit", "--frozen", "--service-format", "osv", "--service-url")
OSV = "https://api.osv.dev"
CONTROL = {"package": {"name": "pillow", "ecosystem": "PyPI"}, "version": "9.0.0"}
"""CVE-2022-22817 and more."""
TIMEOUT_S = 30.0
UNCHECKED = 2


class UncheckedError(Exception):
    """Nothing was checked."""

    def __init__(self, problem: str, *, remedy: str) -> None:
        super().__init__(problem)
        self.remedy = remedy


def main() -> int:
    """The command."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument(
        "--database", default=OSV, metavar="URL", help=f"OSV, or a mirror that answers as it does ({OSV})"
    )
    address = parser.parse_args().database.rstrip("/")
    try:
        require_knowing(address)
        return audited(address)
    except UncheckedError as error:
        sys.stderr.write(f"error: not checked: {error}\nhint: {error.remedy}\n")
        return UNCHECKED


def require_knowing(address: str) -> None:
    """Raises UncheckedError unless the database answers and knows of CONTROL."""
    if not address.startswith(("https://", "http://")):
        raise UncheckedError(f"{address} is no web address", remedy=f"--database {OSV}")
    request = urllib.request.Request(  # noqa: S310  a web address, see above
        f"{address}/v1/query", json.dumps(CONTROL).encode(), {"Content-Type": "application/json"}
    )
    elsewhere = "run it where that can be reached, or name a mirror: --database URL"
    try:
        with urllib.request.urlopen(request, timeout=TIMEOUT_S) as response:  # noqa: S310  the same
            answer = json.load(response)
    except (OSError, ValueError) as error:
        raise UncheckedError(
            f"{address} does not answer as OSV does: {str(error).strip('<>')}", remedy=elsewhere
        ) from error
    if not isinstance(answer, dict) or not answer.get("vulns"):
        raise UncheckedError(f"{address} knows of no hole in Pillow {CONTROL['version']}", remedy=elsewhere)


def audited(address: str) -> int:
    """0 or 1, as `uv audit` says, whose report goes to stdout. Raises UncheckedError when it reports nothing."""
    try:
        code = subprocess.run([*AUDIT, f"{address}/"], cwd=ROOT, check=False).returncode
    except FileNotFoundError as error:
        raise UncheckedError("there is no uv", remedy="python3 -m pip install uv, or begin with: uv run") from error
    if code not in {0, 1}:
        raise UncheckedError(
            "uv reported nothing", remedy="its reason stands above; `uv audit` itself needs uv 0.13 or newer"
        )
    return code


if __name__ == "__main__":
    sys.exit(main())
