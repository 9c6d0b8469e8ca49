from pathlib import Path

import pytest

from models.errors import ChecksumError, DownloadError
from models.spec import HttpsSource, ModelSpec
from models.store import ModelStore
from tests.models.conftest import CONTENT, leftovers, spec_of
from tests.models.servers import Behaviour, serving


def test_download_ends_under_its_final_name_and_leaves_nothing_else(server: Behaviour, tmp_path: Path) -> None:
    spec = spec_of(CONTENT, HttpsSource(server.url))
    path = ModelStore(tmp_path).ensure(spec)
    assert path.read_bytes() == CONTENT
    assert leftovers(tmp_path) == [spec.filename]


def test_progress_rises_from_nothing_to_all(server: Behaviour, tmp_path: Path) -> None:
    told: list[tuple[str, int, int | None]] = []
    store = ModelStore(tmp_path, lambda *call: told.append(call))
    store.ensure(spec_of(CONTENT, HttpsSource(server.url)))
    assert told == sorted(told)
    assert told[0] == ("tiny", 0, len(CONTENT))
    assert told[-1] == ("tiny", len(CONTENT), len(CONTENT))


def test_torn_download_resumes_with_only_the_missing_bytes(server: Behaviour, tmp_path: Path) -> None:
    spec = torn(server, tmp_path)
    assert ModelStore(tmp_path).ensure(spec).read_bytes() == CONTENT
    assert server.ranges_asked == [None, "bytes=1000-"]
    assert server.bytes_sent == [1000, len(CONTENT) - 1000]


@pytest.mark.parametrize(
    "changed",
    [
        pytest.param({"on_range": 200}, id="it ignores ranges"),
        pytest.param({"on_range": 416}, id="it refuses the range"),
        pytest.param({"range_shift": 7}, id="it sends another range"),
        pytest.param({"headers": {"ETag": '"v2"'}}, id="the file changed"),
    ],
)
def test_resume_starts_over_when_the_server_cannot_continue(
    changed: dict[str, object], server: Behaviour, tmp_path: Path
) -> None:
    server.content = CONTENT[::-1]
    spec = torn(server, tmp_path)
    server.content = CONTENT  # so that nothing of the first try may be kept
    for name, value in changed.items():
        setattr(server, name, value)
    assert ModelStore(tmp_path).ensure(spec).read_bytes() == CONTENT
    assert server.ranges_asked[1] == "bytes=1000-"


@pytest.mark.parametrize(
    ("headers", "range_asked", "remedy"),
    [
        ({"ETag": 'W/"weak"', "Last-Modified": "Mon, 02 Nov 2026 10:00:00 GMT"}, "bytes=1000-", "goes on"),
        ({"ETag": 'W/"weak"'}, None, "starts over, because this server cannot resume"),
        ({}, None, "starts over, because this server cannot resume"),
    ],
)
def test_only_bytes_of_a_version_the_server_can_name_are_continued(
    headers: dict[str, str], range_asked: str | None, remedy: str, server: Behaviour, tmp_path: Path
) -> None:
    server.headers = headers
    spec = torn(server, tmp_path, remedy)
    assert ModelStore(tmp_path).ensure(spec).read_bytes() == CONTENT
    assert server.ranges_asked == [None, range_asked]


def test_interrupt_leaves_no_final_file_and_what_came_is_used(server: Behaviour, tmp_path: Path) -> None:
    def interrupt(_label: str, done: int, _total: int | None) -> None:
        if done:
            raise KeyboardInterrupt

    spec = spec_of(CONTENT, HttpsSource(server.url))
    with pytest.raises(KeyboardInterrupt):
        ModelStore(tmp_path, interrupt).ensure(spec)
    assert not ModelStore(tmp_path).path(spec).exists()

    assert ModelStore(tmp_path).ensure(spec).read_bytes() == CONTENT
    assert server.ranges_asked[1] is not None


def test_download_that_was_killed_before_its_check_is_checked_without_asking_again(
    server: Behaviour, tmp_path: Path
) -> None:
    store = ModelStore(tmp_path)
    spec = spec_of(CONTENT, HttpsSource(server.url))
    store.path(spec).parent.mkdir()
    store.path(spec).with_name(f"{spec.filename}.part").write_bytes(CONTENT)
    assert store.ensure(spec).read_bytes() == CONTENT
    assert server.ranges_asked == []


@pytest.mark.parametrize(
    ("sent", "got"),
    [
        pytest.param(CONTENT[::-1], f"got {len(CONTENT)} bytes", id="other bytes"),
        pytest.param(b"<html>log in</html>", "got 19 bytes", id="too short"),
        pytest.param(CONTENT * 2, f"got more than {len(CONTENT)} bytes", id="too long"),
    ],
)
@pytest.mark.parametrize("says_length", [True, False])
def test_wrong_bytes_are_thrown_away_and_both_hashes_named(
    sent: bytes, got: str, says_length: bool, server: Behaviour, tmp_path: Path
) -> None:
    spec = spec_of(CONTENT, HttpsSource(server.url))
    server.content, server.says_length = sent, says_length
    with pytest.raises(ChecksumError, match=f"tiny: expected .*{spec.sha256}, {got} with sha256") as caught:
        ModelStore(tmp_path).ensure(spec)
    assert "liveswap models pull tiny" in caught.value.remedy
    assert leftovers(tmp_path) == []


@pytest.mark.parametrize(
    ("status", "said", "remedy"),
    [
        (404, "404 Not Found", "in a browser"),
        (429, "429 Too Many Requests", "try again in some minutes"),
        (503, "503 Service Unavailable", "try again in some minutes"),
    ],
)
def test_refusal_of_the_server_is_quoted(
    status: int, said: str, remedy: str, server: Behaviour, tmp_path: Path
) -> None:
    server.status = status
    with pytest.raises(DownloadError, match=f"model.onnx answers {said}") as caught:
        ModelStore(tmp_path).ensure(spec_of(CONTENT, HttpsSource(server.url)))
    assert remedy in caught.value.remedy


@pytest.mark.parametrize(
    ("url", "said", "remedy"),
    [
        ("http://127.0.0.1:1/model.onnx", "no connection to http://127.0.0.1:1/model.onnx: .*refused", "network"),
        ("http://example.org/model.onnx", "http://example.org/model.onnx is not encrypted", "https://"),
        ("ftp://example.org/model.onnx", "unknown url type: ftp", "network"),
    ],
)
def test_address_that_cannot_be_used_is_named_with_the_reason(
    url: str, said: str, remedy: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("no_proxy", "*")
    with pytest.raises(DownloadError, match=said) as caught:
        ModelStore(tmp_path).ensure(spec_of(CONTENT, HttpsSource(url)))
    assert remedy in caught.value.remedy


def test_server_without_tls_behind_https_is_not_trusted(server: Behaviour, tmp_path: Path) -> None:
    url = server.url.replace("http:", "https:")
    with pytest.raises(DownloadError, match=f"no trusted connection to {url}") as caught:
        ModelStore(tmp_path).ensure(spec_of(CONTENT, HttpsSource(url)))
    assert "SSL_CERT_FILE" in caught.value.remedy


def test_redirect_on_this_machine_is_followed(server: Behaviour, tmp_path: Path) -> None:
    with serving(b"") as other:
        other.status, other.headers = 302, {"Location": server.url}
        spec = spec_of(CONTENT, HttpsSource(other.url))
        assert ModelStore(tmp_path).ensure(spec).read_bytes() == CONTENT


def test_redirect_never_leads_out_of_encryption(server: Behaviour, tmp_path: Path) -> None:
    server.status, server.headers = 302, {"Location": "http://example.org/model.onnx"}
    with pytest.raises(DownloadError, match=r"http://example\.org/model\.onnx is not encrypted"):
        ModelStore(tmp_path).ensure(spec_of(CONTENT, HttpsSource(server.url)))


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full, Linux's disk that is always full")
def test_full_disk_says_how_much_is_needed_where_and_how_to_move(server: Behaviour, tmp_path: Path) -> None:
    store = ModelStore(tmp_path)
    spec = spec_of(CONTENT, HttpsSource(server.url))
    store.path(spec).parent.mkdir()
    store.path(spec).with_name(f"{spec.filename}.part").symlink_to("/dev/full")
    with pytest.raises(DownloadError, match=f"disk is full: {tmp_path}/models needs at least 1.0 MB") as caught:
        store.ensure(spec)
    assert "LIVESWAP_HOME" in caught.value.remedy
    assert not store.path(spec).exists()


def torn(server: Behaviour, home: Path, remedy: str = "goes on") -> ModelSpec:
    """The spec of a download that broke off after 1000 bytes, and of which `server` would now give all."""
    spec = spec_of(CONTENT, HttpsSource(server.url))
    server.cut_after = 1000
    with pytest.raises(DownloadError, match="connection broke while tiny came") as caught:
        ModelStore(home).ensure(spec)
    assert remedy in caught.value.remedy
    assert not ModelStore(home).is_cached(spec)
    server.cut_after = None
    return spec
