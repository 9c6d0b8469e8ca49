"""README and docs: as the program is, every link leads somewhere, every command can be typed."""

import re
import sys
from functools import cache
from itertools import takewhile
from pathlib import Path
from typing import Any

import pytest
import typer

from docs import generate
from realtime.cli.main import app

ROOT = Path(__file__).parent.parent
README = ROOT / "README.md"
PAGES = [README, ROOT / "CONTRIBUTING.md", ROOT / "SECURITY.md", *sorted((ROOT / "docs").glob("*.md"))]
FENCED = re.compile(r"^ *```\w*\n(.*?)^ *```$", re.DOTALL | re.MULTILINE)
LINK = re.compile(r"\]\(([^)\s]+)\)")
LAYERS = {"models", "engines", "realtime", "benchmarks", "tests"}
OF_OTHERS = {
    "--cpu-price",
    "--database",
    "--extra",
    "--gpu-price",
    "--group",
    "--out-dir",
    "--seconds",
    "--transport",
    "--trouble",
}
"""Options of uv and of the benchmarks."""


def name_of(page: Path) -> str:
    return page.relative_to(ROOT).as_posix()


@cache
def options_by_command() -> dict[tuple[str, ...], set[str]]:
    """The options of each command, by the words that name it, longest first; --help is everybody's."""
    found: dict[tuple[str, ...], set[str]] = {}

    def visit(command: Any, *words: str) -> None:
        for name, below in getattr(command, "commands", {}).items():
            visit(below, *words, name)
        found[words] = {"--help"}.union(*({*taken.opts, *taken.secondary_opts} for taken in command.params))

    visit(typer.main.get_command(app))
    return found


def anchors(page: Path) -> set[str]:
    titles = re.findall(r"^#+ (.+)$", FENCED.sub("", page.read_text()), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in titles}


def test_parts_that_the_code_says_itself_are_as_it_says_them(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "argv", ["docs.generate", "--check"])
    assert generate.main() == 0, capsys.readouterr().err


def tree_in_docs() -> set[str]:
    """Paths of the file tree: two-space indents, folders end in a slash, a comment follows the name.

    The comment of a folder is what its __init__.py says.
    """
    page = (ROOT / "docs" / "architecture.md").read_text()
    block = re.search(r"<!-- file tree -->\n```\w*\n(.*?)```", page, re.DOTALL)
    assert block, "docs/architecture.md has no file tree"
    paths, folders = set(), [""]
    for line in block[1].splitlines():
        depth, (name, *told) = (len(line) - len(line.lstrip())) // 2, line.split()
        path = "/".join(filter(None, [*folders[1 : depth + 1], name.rstrip("/")]))
        if name.endswith("/"):
            folders[depth + 1 :] = [name.rstrip("/")]
            path += "/__init__.py"
        if not name.endswith("/") or (told and (ROOT / path).exists()):
            paths.add(path)
    return paths


def test_docs_show_the_tree_as_it_is() -> None:
    shown = tree_in_docs()
    real = {name_of(path) for layer in LAYERS for path in (ROOT / layer).rglob("*.py") if path.stat().st_size}
    data = ["engines/data/*", "models/*.toml", "models/training/*.txt", "realtime/web/*.json"]
    real |= {name_of(path) for pattern in data for path in ROOT.glob(pattern) if path.is_file()}
    code = {path for path in shown if path.partition("/")[0] in LAYERS}
    assert code == real
    assert all((ROOT / path).exists() for path in shown)


def test_readme_is_short() -> None:
    lines = README.read_text().splitlines()
    assert len(lines) <= 180
    assert [line for line in lines if len(line) > 120] == []


def test_readme_names_the_folders_that_are_there() -> None:
    tree = next(block for block in FENCED.findall(README.read_text()) if block.startswith("realtime/"))
    shown = {line.split()[0].rstrip("/") for line in tree.splitlines()}
    assert {"realtime", "engines", "models", "benchmarks", "docs", "tests"} <= shown
    assert all((ROOT / folder).is_dir() for folder in shown)


def test_readme_has_a_command_for_ci() -> None:
    _, mark, after = README.read_text().partition("<!-- test command -->\n```\n")
    assert mark
    assert after.splitlines()[0].endswith("pytest")


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_links_lead_somewhere(page: Path) -> None:
    for link in LINK.findall(FENCED.sub("", page.read_text())):
        if re.match(r"[a-z]+:", link):
            continue
        target, _, anchor = link.partition("#")
        file = (page.parent / target).resolve() if target else page
        assert file.exists(), link
        assert not anchor or anchor in anchors(file), link


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_commands_can_be_typed(page: Path) -> None:
    text = page.read_text()
    lines = [line for block in FENCED.findall(text) for line in block.splitlines()]
    lines += re.findall(r"`([^`\n]+)`", FENCED.sub("", text))
    for line in lines:
        for typed in re.findall(r"(?:^|\s|bin/)liveswap (?!import )([^|;&#)]*)", line):
            words = typed.split()
            named = tuple(takewhile(lambda word: not word.startswith("-"), words))
            command = next(known for known in options_by_command() if named[: len(known)] == known)
            options = {word.partition("=")[0] for word in words if word.startswith("--")}
            assert options <= options_by_command()[command], line
            assert command or not named or named[0] == "..." or named[0].isupper(), line


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_options_exist(page: Path) -> None:
    typed = set(re.findall(r"`(--[a-z-]+)[^`]*`", FENCED.sub("", page.read_text())))
    assert typed <= OF_OTHERS.union(*options_by_command().values())


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_benchmarks_exist(page: Path) -> None:
    for module in re.findall(r"(?:python -m |`)(benchmarks\.[a-z_]+)", page.read_text()):
        assert (ROOT / f"{module.replace('.', '/')}.py").exists(), module


@cache
def names_of_tests() -> frozenset[str]:
    code = (path.read_text() for path in (ROOT / "tests").rglob("test_*.py"))
    return frozenset(name for text in code for name in re.findall(r"^(?:async )?def (test_\w+)", text, re.MULTILINE))


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_tests_that_are_named_exist(page: Path) -> None:
    named = set(re.findall(r"`(test_\w+)`", page.read_text()))
    assert named <= names_of_tests()


def table(page: str, name: str) -> list[list[str]]:
    """The cells of the table between `<!-- name -->` and its end, without its head."""
    _, _, after = (ROOT / "docs" / page).read_text().partition(f"<!-- {name} -->\n")
    part, end, _ = after.partition(f"<!-- /{name} -->")
    assert end
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in part.splitlines()[2:]]


@pytest.mark.parametrize(("page", "name"), [("security.md", "threats"), ("privacy.md", "promises")])
def test_nothing_is_claimed_without_a_test(page: str, name: str) -> None:
    rows = table(page, name)
    assert len(rows) >= 10
    assert [row for row in rows if not re.search(r"`test_\w+`$", row[-1])] == []


def test_every_promise_of_the_readme_on_privacy_has_its_tests() -> None:
    """Its sentences, less those of the table, leave nothing but a link."""
    _, _, after = README.read_text().partition("## Privacy and consent\n")
    points, _, _ = after.partition("\n\nAppearing as")
    left = " ".join(points.replace("\n- ", " ").split())
    for promise, _ in table("privacy.md", "promises"):
        assert promise in left, "the README does not say it so"
        left = left.replace(promise, "", 1)
    assert re.sub(r"\[[^]]*\]\([^)]*\)", "", left).strip(" :.-") == ""
