"""What comes from others is pinned, looked up among known weaknesses, and runs no code of its own by being read."""

import ast
import json
import os
import subprocess
import sys
import threading
import tomllib
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from tests.test_packaging import found_uv

ROOT = Path(__file__).parent.parent
READ_BY_NOBODY_ELSE = {"realtime/segments/messages.py": {"pickle.load"}}
"""Pickles that only a process of ours can have written: they go through a pipe, never through a file."""
UNPICKLING = {"pickle", "dill", "cloudpickle", "joblib", "shelve", "marshal"}
ONLY_AN_ERROR = "UnpicklingError"
SHELLS = {
    "os.system",
    "os.popen",
    "subprocess.getoutput",
    "subprocess.getstatusoutput",
    "asyncio.create_subprocess_shell",
}
EVALUATES = {"eval", "exec"}
UNPACKS = {"extract", "extractall", "unpack_archive"}


def dangers(source: str) -> set[str]:
    """What in this Python runs code or a shell because of what it reads, or writes where an archive says."""
    found = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.ImportFrom) and node.module in UNPICKLING:
            found |= {f"{node.module}.{alias.name}" for alias in node.names if alias.name != ONLY_AN_ERROR}
        if not isinstance(node, ast.Call):
            continue
        name = ast.unparse(node.func)
        given = {word.arg: ast.unparse(word.value) for word in node.keywords}
        module, _, last = name.rpartition(".")
        if (module in UNPICKLING and not last.startswith("dump")) or name in SHELLS | EVALUATES or last in UNPACKS:
            found.add(name)
        if given.get("shell", "False") != "False" or given.get("allow_pickle", "False") != "False":
            found.add(ast.unparse(node))
        if name == "torch.load" and given.get("weights_only") != "True":
            found.add(ast.unparse(node))
    return found


@pytest.mark.parametrize(
    "source",
    [
        "import pickle; pickle.loads(x)",
        "from pickle import load",
        "import joblib; joblib.load(x)",
        "np.load(x, allow_pickle=True)",
        "torch.load(x)",
        "torch.load(x, weights_only=False)",
        "subprocess.run(x, shell=True)",
        "os.system(x)",
        "eval(x)",
        "archive.extractall(x)",
    ],
)
def test_what_runs_code_because_of_what_it_reads_is_recognised(source: str) -> None:
    assert dangers(source)


def test_no_code_unpickles_what_others_wrote_nor_starts_a_shell_nor_unpacks_where_an_archive_says() -> None:
    listed = subprocess.run(["git", "ls-files", "*.py"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    code = [name for name in listed.split() if not name.startswith("tests/") and (ROOT / name).is_file()]
    found = {name: wrong for name in code if (wrong := dangers((ROOT / name).read_text()))}
    assert found == READ_BY_NOBODY_ELSE


def test_every_file_that_the_lock_names_has_its_sha256() -> None:
    locked = tomllib.loads((ROOT / "uv.lock").read_text())["package"]
    fetched = [package for package in locked if "registry" in package["source"]]
    files = [file for package in fetched for file in [*package.get("wheels", []), package.get("sdist")] if file]
    assert len(fetched) > 100
    assert [file for file in files if not file["hash"].startswith("sha256:")] == []
    others = [package["name"] for package in locked if package not in fetched]
    assert others == ["liveswap"], "no package comes from a repository, a folder or an address of its own"


@contextmanager
def database(holes: dict[str, list[str]], status: int = 200) -> Iterator[str]:
    """A vulnerability database that answers as OSV does. holes: ids by package."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            answers = [_found(query) for query in asked.get("queries", [asked])]
            self._answer({"results": answers} if "queries" in asked else answers[0])

        def do_GET(self) -> None:
            self._answer(_hole(self.path.rpartition("/")[2]) | {"summary": "a hole", "affected": []})

        def _answer(self, content: dict[str, Any]) -> None:
            told = json.dumps(content).encode()
            self.send_response(status)
            self.send_header("Content-Length", str(len(told)))
            self.end_headers()
            self.wfile.write(told)

        def log_message(self, *_: object) -> None:
            """Nothing on the terminal."""

    def _hole(name: str) -> dict[str, Any]:
        return {"id": name, "modified": "2026-01-01T00:00:00Z"}

    def _found(query: dict[str, Any]) -> dict[str, Any]:
        is_control = (query["package"]["name"], query["version"]) == ("pillow", "9.0.0")
        names = holes.get("control" if is_control else query["package"]["name"], [])
        return {"vulns": [_hole(name) for name in names]} if names else {}

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()


def audit(address: str) -> subprocess.CompletedProcess[str]:
    paths = os.pathsep.join([str(Path(found_uv()).parent), os.environ["PATH"]])
    alone = {"PATH": paths, "UV_HTTP_RETRIES": "0", "NO_PROXY": "127.0.0.1", "no_proxy": "127.0.0.1"}
    words = [sys.executable, "-m", "docs.audit", "--database", address]
    done = subprocess.run(words, cwd=ROOT, env={**os.environ, **alone}, capture_output=True, text=True, check=False)
    if "unrecognized subcommand" in done.stderr:
        pytest.skip("this uv is older than `uv audit`")
    return done


KNOWN = {"control": ["CVE-2022-22817"]}


def test_audit_names_the_package_that_is_known_to_be_vulnerable() -> None:
    with database(KNOWN | {"aiohttp": ["GHSA-0000"]}) as address:
        done = audit(address)
    assert done.returncode == 1, done.stderr
    assert "GHSA-0000" in done.stdout


def test_audit_is_clean_only_where_a_database_that_knows_of_holes_knows_of_none() -> None:
    with database(KNOWN) as address:
        done = audit(address)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize(
    ("holes", "status", "reason"),
    [({}, 200, "knows of no hole in Pillow"), (KNOWN, 404, "does not answer as OSV does"), (None, 0, "refused")],
    ids=["empty", "another service", "nobody there"],
)
def test_audit_that_reached_no_database_says_so_and_is_never_clean(
    holes: dict[str, list[str]] | None, status: int, reason: str
) -> None:
    if holes is None:
        done = audit("http://127.0.0.1:1")
    else:
        with database(holes, status) as address:
            done = audit(address)
    assert done.returncode == 2
    assert done.stderr.startswith("error: not checked: ")
    assert reason in done.stderr
    assert "\nhint: " in done.stderr
