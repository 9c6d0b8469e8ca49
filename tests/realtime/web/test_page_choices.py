"""What a visitor chooses on the page: before and after Start, for themselves alone, kept over visits."""

import pytest
from playwright.sync_api import Browser, Page, Route

from benchmarks.common.browser import CHROMIUM
from realtime.web.server_process import ServerProcess
from tests.realtime.web.browsing import await_that, begin, start, without_badge

pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="no Chromium here: apt install chromium")


def test_what_becomes_of_other_people_is_chosen_and_told(page: Page, server: ServerProcess) -> None:
    begin(page, server.url)
    await_that(page, "liveswap.state.strangers == 'blur'")
    page.select_option("#strangers", "leave")
    await_that(page, "liveswap.state.strangers == 'leave'")
    page.select_option("#strangers", "swap")
    await_that(page, "liveswap.state.strangers == 'swap'")
    page.wait_for_timeout(1200)
    assert page.input_value("#strangers") == "swap"


def test_what_is_chosen_before_start_holds_at_once_and_is_kept(page: Page, server: ServerProcess) -> None:
    page.goto(server.url)
    page.click("#faces .wear[title=hopper]")
    page.check("#mirror")
    page.uncheck("#hands")
    without_badge(page)
    page.select_option("#strangers", "leave")
    page.select_option("#when-lost", "slate")
    page.select_option("#iris", "source")
    page.select_option("#mouth", "wearer")
    assert page.is_hidden("#problem")
    start(page, server.url)  # loads it anew
    await_that(page, "placeholder.hidden && liveswap.state", 40)
    state = page.evaluate("liveswap.state")
    assert (state["face"], state["mirror"], state["when_lost"]) == ("hopper", True, "slate")
    assert state["hands"] is False
    assert (state["wanted"]["iris"], state["wanted"]["mouth"]) == ("source", "wearer")
    assert page.is_hidden("#enhancers"), "none is installed"
    page.select_option("#iris", "wearer")
    await_that(page, "liveswap.state.wanted.iris == 'wearer' && !liveswap.state.notice")
    page.click("#lock")
    assert page.is_hidden("#problem")
    assert (state["badge"], state["strangers"]) == (True, "blur"), "what unmasks is asked for anew at every visit"
    page.select_option("#when-lost", "default")
    await_that(page, "liveswap.state.when_lost === null")
    page.click("#start")
    await_that(page, "!/[0-9]/.test(latency.textContent + numbers.textContent)")


def test_the_badge_goes_only_for_a_reason_and_speaks_the_language_of_the_page(
    page: Page, server: ServerProcess
) -> None:
    begin(page, server.url)
    page.uncheck("#badge")
    assert page.is_disabled("#leave-out")
    page.fill("#reason", "  ")
    assert page.is_disabled("#leave-out")
    page.keyboard.press("Escape")
    await_that(page, "badge.checked && liveswap.state.badge")
    without_badge(page, "the film says it")
    await_that(page, "liveswap.state.no_badge === 'the film says it' && !badge.checked")
    page.check("#badge")
    await_that(page, "liveswap.state.badge")
    page.select_option("#language", "zh")
    await_that(page, "liveswap.state.badge_language === 'zh'")
    page.fill("#caption", "人脸由人工智能合成")
    page.press("#caption", "Enter")
    await_that(page, "liveswap.state.caption === '人脸由人工智能合成'")


def test_two_visitors_at_once_keep_their_own_settings(browser: Browser, page: Page, server: ServerProcess) -> None:
    other = browser.new_page()
    begin(page, server.url)
    begin(other, server.url)
    other.check("#mirror")
    await_that(other, "liveswap.state.mirror")
    page.wait_for_timeout(1200)
    assert page.evaluate("liveswap.state.mirror") is False
    other.close()
    begin(page, server.url)


def test_mirror_still_tells_the_latency(page: Page, server: ServerProcess) -> None:
    begin(page, server.url)
    page.check("#mirror")
    await_that(page, "liveswap.state.mirror")
    page.wait_for_timeout(2500)  # numbers of before are gone
    await_that(page, "liveswap.numbers?.glass")


def test_how_much_of_an_enhancer_is_seen_is_offered_where_one_is_installed_and_kept(
    page: Page, server: ServerProcess
) -> None:
    def install(route: Route) -> None:
        answer = route.fetch()
        route.fulfill(response=answer, json={**answer.json(), "enhancers": ["gpen_bfr_256"]})

    page.route("**/info", install)
    page.goto(server.url)
    page.wait_for_selector("#faces li")
    assert page.is_disabled("#enhancer_blend"), "there is nothing to blend"
    page.select_option("#enhancer", "gpen_bfr_256")
    page.locator("#enhancer_blend").fill("0.3")
    page.reload()
    page.wait_for_selector("#faces li")
    assert page.input_value("#enhancer_blend") == "0.3"
    assert page.is_enabled("#enhancer_blend")
    page.unroute_all(behavior="wait")
    page.reload()
    page.wait_for_selector("#faces li")
    assert page.is_hidden("#blends")


def test_a_link_may_ask_for_a_look_but_for_nothing_that_shows_or_says_something_unasked(
    page: Page, server: ServerProcess
) -> None:
    look, others = "mirror=maybe&faces=all&strength=0.7&face=hopper&iris=nobody", "strangers=leave&when-lost=pass"
    page.goto(f"{server.url}#live?{look}&{others}&badge=off&caption=me")
    page.wait_for_selector("#faces li")
    names = ("live-faces", "strength", "iris", "strangers", "when-lost", "caption")
    wanted = ["all", "0.7", "source", "blur", "default", ""]
    assert [page.input_value(f"#{name}") for name in names] == wanted
    assert page.is_checked("#badge")
    assert page.get_attribute("#faces .wear[title=hopper]", "aria-pressed") == "true"
    assert page.url.endswith("#live")
    page.locator("#strength").fill("0.2")
    page.reload()
    page.wait_for_selector("#faces li")
    assert page.input_value("#strength") == "0.2"
    page.click("#start")
    await_that(page, "liveswap.state?.faces == 'all' && liveswap.state.face == 'hopper'", 40)
    assert page.evaluate("liveswap.state.strangers") == "blur"
    assert page.is_hidden("#problem"), page.inner_text("#problem")
