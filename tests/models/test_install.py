"""What to type to add something, for each way in which a person may have installed this."""

import json
from pathlib import Path

import pytest

from models import install
from models.install import Install, Way, this_install, to_add


class Found:
    """Stands in for a distribution. texts: of its files, by name."""

    def __init__(self, **texts: str) -> None:
        self._texts = texts

    def read_text(self, name: str) -> str | None:
        return self._texts.get(name.partition(".")[0])


@pytest.fixture
def here(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> dict[str, Found]:
    """What is installed in the environment at `tmp_path`, by name; to be filled."""
    found: dict[str, Found] = {}
    monkeypatch.setattr(install, "_found", found.get)
    monkeypatch.setattr("sys.prefix", str(tmp_path))
    monkeypatch.setattr("sys.executable", "/env/bin/python")
    monkeypatch.setattr("os.name", "posix")
    return found


def from_folder(folder: str, *, editable: bool = False, by: str = "uv") -> Found:
    said = {"url": f"file://{folder}", "dir_info": {"editable": editable}}
    return Found(direct_url=json.dumps(said), INSTALLER=f"{by}\n")


def test_a_checkout_of_uv_is_told_what_it_has_too_because_a_sync_takes_away_the_rest(
    here: dict[str, Found], tmp_path: Path
) -> None:
    (tmp_path / "uv.lock").touch()
    here |= {"liveswap": from_folder(str(tmp_path), editable=True), "aiortc": Found(), "onnxruntime": Found()}
    assert this_install().way is Way.CHECKOUT
    assert to_add("virtual").endswith("uv sync --extra virtual --extra cpu --extra web")
    assert to_add("cuda").endswith("uv sync --extra cuda --extra web")  # cpu and cuda exclude each other
    assert to_add("web").endswith("uv sync --extra web --extra cpu")


def test_uv_beside_the_checkout_is_named_where_none_is_on_the_path(
    here: dict[str, Found], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "uv.lock").touch()
    (tmp_path / ".uv" / "bin").mkdir(parents=True)
    (tmp_path / ".uv" / "bin" / "uv").touch()
    here["liveswap"] = from_folder(str(tmp_path), editable=True)
    monkeypatch.setattr("shutil.which", lambda _name: None)
    assert to_add("web") == ".uv/bin/uv sync --extra web"


def test_a_tool_of_uv_is_installed_again_from_where_it_came(here: dict[str, Found], tmp_path: Path) -> None:
    (tmp_path / "uv-receipt.toml").touch()
    here |= {"liveswap": from_folder("/home/ann/liveswap"), "sounddevice": Found()}
    assert to_add("web") == "uv tool install --force '/home/ann/liveswap[web,mic]'"


def test_pipx_too(here: dict[str, Found], tmp_path: Path) -> None:
    (tmp_path / "pipx_metadata.json").touch()
    git = {"url": "https://host/liveswap.git", "vcs_info": {"vcs": "git"}}
    here["liveswap"] = Found(direct_url=json.dumps(git), INSTALLER="pip")
    assert to_add("web") == "pipx install --force 'liveswap[web] @ git+https://host/liveswap.git'"


def test_pip_adds_to_what_there_is(here: dict[str, Found]) -> None:
    here |= {"liveswap": Found(INSTALLER="pip"), "aiortc": Found()}
    assert to_add("virtual", "cpu") == "/env/bin/python -m pip install 'liveswap[virtual,cpu]'"
    here["liveswap"] = from_folder("/home/ann/liveswap", editable=True, by="pip")
    assert to_add("mic") == "/env/bin/python -m pip install -e '/home/ann/liveswap[mic]'"


def test_windows_has_quotes_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("os.name", "nt")
    assert Install(Way.PIPX).add("web") == 'pipx install --force "liveswap[web]"'


def test_each_extra_that_is_kept_is_one_of_ours() -> None:
    text = (Path(__file__).parents[2] / "pyproject.toml").read_text()
    assert [name for name in install.KEPT if f"\n{name} = [" not in text] == []
