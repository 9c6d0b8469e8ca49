"""The page for those who see, hear or move otherwise: axe finds nothing, in both themes and languages, on a phone."""

from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser

from benchmarks.common.browser import CHROMIUM
from realtime.web.server_process import ServerProcess

pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="no Chromium here: apt install chromium")


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize(("wide", "language"), [(1280, "en"), (320, "zh-CN")], ids=["desk", "phone"])
def test_nothing_keeps_anybody_out(
    browser: Browser, server: ServerProcess, theme: str, wide: int, language: str
) -> None:
    page = browser.new_page(
        color_scheme="dark" if theme == "dark" else "light", viewport={"width": wide, "height": 860}, locale=language
    )
    try:
        page.goto(server.url)
        page.wait_for_selector("#faces li")
        found = Axe().run(page)
        assert found.violations_count == 0, found.generate_report()
        assert page.evaluate("document.documentElement.scrollWidth") <= wide, "it must be moved sideways to be read"
    finally:
        page.close()


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_questions_keep_nobody_out(browser: Browser, server: ServerProcess, portrait: Path, theme: str) -> None:
    page = browser.new_page(color_scheme="dark" if theme == "dark" else "light", viewport={"width": 320, "height": 860})
    try:
        page.goto(server.url)
        page.wait_for_selector("#faces li")
        for opener, question in {"#keys-help": "#keys", "#on-a-phone": "#phone"}.items():
            page.click(opener)
            found = Axe().run(page)
            assert found.violations_count == 0, found.generate_report()
            page.click(f"{question} [data-close]")
            page.wait_for_selector(f"{question}:not([open])", state="attached")
        page.check("#consent")
        page.set_input_files("#upload", [str(portrait), str(portrait)])
        page.wait_for_selector("#several[open]")
        found = Axe().run(page)
        assert found.violations_count == 0, found.generate_report()
        assert page.evaluate("document.documentElement.scrollWidth") <= 320
    finally:
        page.close()
