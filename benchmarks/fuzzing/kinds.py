"""Which parsers are fuzzed: a line each. A module is imported when its parser is fuzzed.

Knows names; a file beside this knows each parser.
"""

from contextlib import AbstractContextManager
from importlib import import_module
from pathlib import Path

from benchmarks.fuzzing.target import OpenTarget, Target

KINDS = {
    "pictures": "stills:pictures",
    "films": "films:films",
    "verify": "films:signed",
    "onnx": "networks:onnx_files",
    "tflite": "networks:tflite",
    "manifest": "records:manifest",
    "options": "records:options",
    "consents": "records:consents",
    "records": "records:kept",
    "ctl": "control:run_side",
    "ctl-client": "control:client_side",
    "sdp": "talks:offers",
    "http": "web:raw_http",
    "requests": "web:requests",
    "uploads": "web:uploads",
    "socket": "talks:websocket",
    "openapi": "openapi:operations",
}


def open_target(kind: str, folder: Path) -> AbstractContextManager[Target]:
    """folder: for its files."""
    module, function = KINDS[kind].split(":")
    opener: OpenTarget = getattr(import_module(f"benchmarks.fuzzing.{module}"), function)
    return opener(folder)
