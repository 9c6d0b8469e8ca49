"""What an install is made of, as a CycloneDX file: the packages of uv.lock, their hashes, licences and binaries.

    uv run python -m docs.sbom [--extra NAME ...] > sbom.json

uv writes the list; licences come from the packages that are installed here, and what wheels bring along as binaries is
told below, because no package says it. Without time and serial number, so that one lock gives one file.
Knows uv and packages' metadata; it is no legal advice.
"""

import argparse
import importlib.metadata
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parent.parent
EXPORT = ("uv", "export", "--frozen", "--no-dev", "--preview-features", "sbom-export", "--format", "cyclonedx1.5")
USUAL = ("all-cpu",)
BUNDLED = {
    "av": {
        "FFmpeg": "LGPL-3.0-or-later",
        "x264": "GPL-2.0-or-later",
        "x265": "GPL-2.0-or-later",
        "LAME": "LGPL-2.0-or-later",
        "GnuTLS": "LGPL-2.1-or-later",
        "Nettle": "LGPL-3.0-or-later OR GPL-2.0-or-later",
        "GMP": "LGPL-3.0-or-later OR GPL-2.0-or-later",
        "libunistring": "LGPL-3.0-or-later OR GPL-2.0-or-later",
        "alsa-lib": "LGPL-2.1-or-later",
        "opencore-amr": "Apache-2.0",
        "Opus": "BSD-3-Clause",
        "libvpx": "BSD-3-Clause",
        "libwebp": "BSD-3-Clause",
        "SVT-AV1": "BSD-3-Clause-Clear",
        "dav1d": "BSD-2-Clause",
        "libvpl": "MIT",
    },
    "opencv-python-headless": {
        "FFmpeg": "LGPL-2.1-or-later",
        "OpenSSL 1.1.1": "OpenSSL",
        "OpenBLAS": "BSD-3-Clause",
        "libgfortran": "GPL-3.0-or-later WITH GCC-exception-3.1",
        "libvpx": "BSD-3-Clause",
        "libavif": "BSD-2-Clause",
        "libaom": "BSD-2-Clause",
    },
    "pi-heif": {"libheif": "LGPL-3.0-or-later", "libde265": "LGPL-3.0-or-later"},
    "c2pa-python": {"c2pa-rs": "MIT OR Apache-2.0"},
}
"""Libraries within wheels that matter for whoever passes them on, by package; seen in the Linux wheels of uv.lock."""


def main() -> int:
    """The command."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--extra", action="append", help=f"default: {' '.join(USUAL)}")
    extras = parser.parse_args().extra or USUAL
    sys.stdout.write(json.dumps(bill(extras), indent=1) + "\n")
    return 0


def bill(extras: tuple[str, ...] | list[str]) -> dict[str, Any]:
    """CycloneDX 1.5. Raises subprocess.CalledProcessError for extras that do not go together."""
    words = [*EXPORT, *(word for extra in extras for word in ("--extra", extra))]
    made: dict[str, Any] = json.loads(
        subprocess.run(words, cwd=ROOT, check=True, stdout=subprocess.PIPE, text=True).stdout
    )
    made.pop("serialNumber", None)
    made["metadata"].pop("timestamp", None)
    for component in made["components"]:
        name = licence_of(component["name"])
        if name is not None:
            component["licenses"] = [{"license": {"name": name}}]
        inner = BUNDLED.get(component["name"], {})
        if inner:
            component["components"] = [
                {"type": "library", "name": each, "licenses": [{"license": {"name": licence}}]}
                for each, licence in inner.items()
            ]
    return made


def licence_of(package: str) -> str | None:
    """As its metadata says it; None where it is not installed here, or says nothing."""
    try:
        said = importlib.metadata.metadata(package)
    except importlib.metadata.PackageNotFoundError:
        return None
    classifiers = [each.rpartition(" :: ")[2] for each in said.get_all("Classifier", []) if each.startswith("License")]
    plain = [line for text in said.get_all("License", []) for line in text.strip().splitlines()[:1] if len(line) < 60]
    return next(iter([*said.get_all("License-Expression", []), *classifiers, *plain]), None)


if __name__ == "__main__":
    sys.exit(main())
