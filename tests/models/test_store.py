import errno
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest
from filelock import FileLock

from models.disk import PartFile, disk_errors
from models.errors import ChecksumError, DownloadError
from models.spec import FileSource, HttpsSource, ModelSpec, PypiSource
from models.store import FileStatus, ModelStore, home_folder
from tests.models.conftest import CONTENT, FAR_AWAY, leftovers, spec_of
from tests.models.servers import Behaviour

ROOT = Path(__file__).parents[2]
A = spec_of(b"model a", PypiSource("tiny-models==1.0", "tiny/a.bin"), "a")

ENSURE_WITHOUT_NETWORK = """
    import sys
    from pathlib import Path
    from models.store import ModelStore
    from tests.models.conftest import FAR_AWAY, spec_of

    def forbid(event, _args):
        if event.startswith(("socket.", "subprocess.", "os.posix_spawn", "os.exec", "os.fork")):
            raise SystemExit(f"forbidden: {event}")

    sys.addaudithook(forbid)
    ModelStore(Path(sys.argv[1])).ensure(spec_of(b"model", FAR_AWAY[sys.argv[2]]))
"""

ENSURE_TELLING = """
    import sys
    from pathlib import Path
    from models.spec import HttpsSource
    from models.store import ModelStore
    from tests.models.conftest import CONTENT, spec_of

    store = ModelStore(Path(sys.argv[1]), lambda label, done, total: print(label, flush=True))
    store.ensure(spec_of(CONTENT, HttpsSource(sys.argv[2])))
"""


def python(script: str, *arguments: str) -> subprocess.Popen[str]:
    """A process that runs `script`, its output in one pipe."""
    command = [sys.executable, "-c", textwrap.dedent(script), *arguments]
    return subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)


def put(store: ModelStore, spec: ModelSpec, content: bytes) -> Path:
    """`content` where the file of `spec` belongs."""
    path = store.path(spec)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return path


@pytest.mark.parametrize("kind", FAR_AWAY)
@pytest.mark.parametrize("cached", [True, False])
def test_filled_cache_opens_no_socket_and_starts_no_process(kind: str, cached: bool, tmp_path: Path) -> None:
    if cached:
        put(ModelStore(tmp_path), spec_of(b"model", FAR_AWAY[kind]), b"model")
    with python(ENSURE_WITHOUT_NETWORK, str(tmp_path), kind) as process:
        said, _ = process.communicate()
    # an empty cache shows that the guard bites
    assert (process.returncode, "forbidden" in said) == ((0, False) if cached else (1, True)), said


def test_two_processes_at_once_download_once(server: Behaviour, tmp_path: Path) -> None:
    server.may_answer.clear()
    with python(ENSURE_TELLING, str(tmp_path), server.url) as first:
        assert server.asked.wait(timeout=30)
        with python(ENSURE_TELLING, str(tmp_path), server.url) as second:
            assert second.stdout is not None
            assert "another process is fetching it" in second.stdout.readline()
            server.may_answer.set()
            assert second.wait(timeout=30) == 0
        assert first.wait(timeout=30) == 0
    assert server.ranges_asked == [None]
    spec = spec_of(CONTENT, HttpsSource(server.url))
    assert ModelStore(tmp_path).verify(spec) is FileStatus.OK


def test_wheel_that_another_process_is_unpacking_is_waited_for(tmp_path: Path) -> None:
    told = []

    def be_the_other(label: str, _done: int, _total: int | None) -> None:
        told.append(label)
        put(store, A, b"model a")
        lock.release()

    store = ModelStore(tmp_path, be_the_other)
    store.path(A).parent.mkdir()
    lock = FileLock(store.path(A).with_name(".tiny-models==1.0.lock"))
    lock.acquire()
    assert store.ensure(A).read_bytes() == b"model a"
    assert told == ["tiny-models==1.0: another process is fetching it"]


@pytest.mark.smoke
@pytest.mark.usefixtures("wheelhouse")
@pytest.mark.parametrize(
    ("content", "status"), [(None, FileStatus.MISSING), (b"model A", FileStatus.WRONG), (b"model a", FileStatus.OK)]
)
def test_verify_reads_the_bytes_and_recheck_mends_them(
    content: bytes | None, status: FileStatus, tmp_path: Path
) -> None:
    store = ModelStore(tmp_path)
    if content is not None:
        put(store, A, content)
    assert store.verify(A) is status
    assert [path.read_bytes() for path in store.ensure_all([A], recheck=True)] == [b"model a"]
    assert store.verify(A) is FileStatus.OK


@pytest.mark.usefixtures("wheelhouse")
def test_cached_file_of_another_size_is_fetched_again(tmp_path: Path) -> None:
    store = ModelStore(tmp_path)
    put(store, A, b"mod")
    assert not store.is_cached(A)
    assert store.ensure(A).read_bytes() == b"model a"


@pytest.mark.usefixtures("wheelhouse")
def test_what_a_killed_run_left_is_cleared_away(tmp_path: Path) -> None:
    remains = tmp_path / "models" / ".tiny-models==1.0.tmp"
    remains.mkdir(parents=True)
    (remains / f"{A.filename}.part").write_bytes(b"mod")
    assert ModelStore(tmp_path).ensure(A).read_bytes() == b"model a"
    assert leftovers(tmp_path) == [A.filename]


def test_row_with_other_bytes_never_meets_the_file_of_the_old_row(tmp_path: Path) -> None:
    store = ModelStore(tmp_path)
    put(store, A, b"model a")
    assert not store.is_cached(spec_of(b"model A", A.source, "a"))


def test_file_of_the_users_own_is_used_where_it_lies(tmp_path: Path) -> None:
    spec = spec_of(b"mine", FileSource(tmp_path / "mine.onnx"))
    put(ModelStore(tmp_path), spec, b"mine")
    assert ModelStore(tmp_path / "home").ensure_all([spec], recheck=True) == [tmp_path / "mine.onnx"]
    assert not (tmp_path / "home" / "models").exists()


@pytest.mark.parametrize(
    ("content", "error", "said"),
    [
        (None, DownloadError, r"tiny: there is no file .*mine\.onnx"),
        (b"min", ChecksumError, r"mine\.onnx has 3 bytes and sha256"),
        (b"MINE", ChecksumError, r"mine\.onnx has 4 bytes and sha256"),
    ],
)
def test_file_of_the_users_own_is_never_replaced(
    content: bytes | None, error: type[Exception], said: str, tmp_path: Path
) -> None:
    spec = spec_of(b"mine", FileSource(tmp_path / "mine.onnx"))
    store = ModelStore(tmp_path / "home")
    if content is not None:
        put(store, spec, content)
    with pytest.raises(error, match=said):
        store.ensure_all([spec], recheck=True)
    assert (store.path(spec).read_bytes() if content else None) == content


@pytest.mark.parametrize(
    ("code", "said", "remedy"),
    [
        (errno.ENOSPC, "the disk is full: .* needs at least 2.5 MB", "make room there, or set LIVESWAP_HOME"),
        (errno.EDQUOT, "the disk is full: .* needs at least 2.5 MB", "make room there, or set LIVESWAP_HOME"),
        (errno.EACCES, "no permission to write in", "set LIVESWAP_HOME to a folder of your own"),
        (errno.EROFS, "no permission to write in", "set LIVESWAP_HOME to a folder of your own"),
        (errno.EIO, "cannot be used: .*the system's words", "set LIVESWAP_HOME to another folder"),
    ],
    ids=lambda value: errno.errorcode[value] if isinstance(value, int) else "",
)
def test_disk_that_refuses_is_explained_with_a_remedy(code: int, said: str, remedy: str, tmp_path: Path) -> None:
    with pytest.raises(DownloadError, match=said) as caught, disk_errors(tmp_path, 2_500_000):
        raise OSError(code, "the system's words")
    assert remedy in caught.value.remedy


def test_home_that_is_no_folder_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(DownloadError, match=f"{tmp_path}/file/models cannot be used") as caught:
        ModelStore(tmp_path / "file").ensure(A)
    assert "LIVESWAP_HOME" in caught.value.remedy


def test_part_file_that_was_restarted_forgets_its_old_version(tmp_path: Path) -> None:
    part = PartFile(tmp_path / "a.part")
    part.restart('"v1"')
    part.append([b"abc"], limit_bytes=3)
    assert (part.length_bytes, part.validator) == (3, '"v1"')
    part.restart()
    assert (part.length_bytes, part.validator) == (0, None)


def test_part_file_stops_soon_after_its_limit(tmp_path: Path) -> None:
    part = PartFile(tmp_path / "a.part")
    part.append([b"ab", b"cd", b"ef"], limit_bytes=3)
    assert part.path.read_bytes() == b"abcd"


def test_home_follows_the_environment_else_the_users_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LIVESWAP_HOME", str(tmp_path))
    assert home_folder() == tmp_path
    assert ModelStore().path(A).parent == tmp_path / "models"
    monkeypatch.delenv("LIVESWAP_HOME")
    assert home_folder().name == "liveswap"
