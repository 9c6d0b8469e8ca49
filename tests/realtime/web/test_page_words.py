"""The words of the page: every one is in the table, in both languages, and every row of the table is said somewhere."""

import json
import re
from html.parser import HTMLParser
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from benchmarks.common.browser import CHROMIUM
from realtime.web.server_process import ServerProcess

PAGE = Path(__file__).parents[3] / "realtime" / "web" / "page"
SAME_EVERYWHERE = {"liveswap", "English", "中文", "640x360", "1280x720", "1920x1080", "WebRTC", "WebSocket"} | {
    "JPEG",
    "PNG",
    "WebP",
    *"SPRMLIOF19",
    "Esc",
    "MP4",
    "WebM",
}
CHINESE = re.compile(r"[\u4e00-\u9fff]")
VALUES = re.compile(r"\{\w+\}")


def table() -> dict[str, dict[str, str]]:
    text = (PAGE / "words.js").read_text(encoding="utf-8")
    rows: dict[str, dict[str, str]] = json.loads(text.partition("export const WORDS = ")[2].partition(";\n")[0])
    return rows


def scripts() -> dict[str, str]:
    return {path.name: path.read_text(encoding="utf-8") for path in PAGE.glob("*.js") if path.name != "words.js"}


class Texts(HTMLParser):
    """Words of the page that people see or hear, each with the row of the table that its element names."""

    def __init__(self) -> None:
        super().__init__()
        self.said: list[tuple[str, str | None]] = []
        self._row: str | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_startendtag(tag, attrs)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:  # noqa: ARG002  as its base
        named = dict(attrs)
        self._row = named.get("data-t")
        if "aria-label" in named:
            self.said.append((named["aria-label"] or "", named.get("data-t-label")))
        if named.get("alt"):
            self.said.append((named["alt"] or "", named.get("data-t-alt")))

    def handle_endtag(self, tag: str) -> None:  # noqa: ARG002
        self._row = None

    def handle_data(self, data: str) -> None:
        text = " ".join(data.split())
        if re.search(r"\w", text):
            self.said.append((text, self._row))


def said_by_the_page() -> list[tuple[str, str | None]]:
    texts = Texts()
    texts.feed((PAGE / "index.html").read_text(encoding="utf-8"))
    return texts.said


def test_every_row_is_complete_in_both_languages() -> None:
    for row, said in table().items():
        assert said.keys() == {"en", "zh"}, row
        assert said["en"], row
        assert CHINESE.search(said["zh"]), row
        assert not CHINESE.search(said["en"]), row
        assert sorted(VALUES.findall(said["en"])) == sorted(VALUES.findall(said["zh"])), row


def test_every_word_of_the_page_is_a_row_of_the_table() -> None:
    rows = table()
    for text, row in said_by_the_page():
        if row is None:
            assert text in SAME_EVERYWHERE, text
        else:
            assert rows[row]["en"] == text


def test_no_row_is_missing_and_none_is_left_over() -> None:
    in_scripts = {row for text in scripts().values() for row in re.findall(r'\bt\([^)]*?"(\w+)"', text)}
    in_scripts |= {row for text in scripts().values() for row in re.findall(r'\? "(\w+)" : "\w+"\)', text)}
    in_scripts |= {row for text in scripts().values() for row in re.findall(r': "(\w+)"\);', text) if row in table()}
    in_scripts |= set(re.findall(r'"(\w+Error)"', scripts()["camera.js"]))
    in_page = {row for _, row in said_by_the_page() if row is not None}
    assert in_scripts | in_page == table().keys()


@pytest.mark.parametrize("said", [r'new Error\(["`]', r'textContent = ["`][A-Za-z]', r'Refusal\(\d+, "', r'clear\("'])
def test_scripts_say_nothing_that_is_not_in_the_table(said: str) -> None:
    assert {name for name, text in scripts().items() if re.search(said, text)} == set()


@pytest.mark.skipif(CHROMIUM is None, reason="no Chromium here: apt install chromium")
def test_the_page_speaks_the_browsers_language_until_another_is_chosen(browser: Browser, server: ServerProcess) -> None:
    page = browser.new_page(locale="zh-CN")
    try:
        page.goto(server.url)
        page.wait_for_selector("#faces li")
        assert (page.inner_text("#start"), page.get_attribute("html", "lang")) == ("开始", "zh")
        page.select_option("#language", "en")
        assert (page.inner_text("#start"), page.get_attribute("html", "lang")) == ("Start", "en")
        page.reload()
        page.wait_for_selector("#faces li")
        assert page.inner_text("#start") == "Start"
    finally:
        page.close()
