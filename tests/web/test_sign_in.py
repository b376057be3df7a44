"""The way into a real city: first link, password, second factor, provider, and back to work."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx2
import pytest
from open_id_provider import CLIENT, SECRET, OpenIdProvider, provided
from playwright.sync_api import Browser, Locator, Page, expect
from served_process import Served, serving
from spec.served_town import write_town
from sqlalchemy import update

from api.clock import system_clock
from dispatch.account import FREE_TRIES, TOTP_STEP_S, totp_code
from dispatch.store.account_tables import CREDENTIALS
from dispatch.store.engine import open_store

pytestmark = pytest.mark.browser

ADMIN = "admin"
GOOD = "correct horse 7"
NARROW = {"width": 360, "height": 740}
PATIENCE_MS = 60_000
SESSION = "/api/v1/session"
REOPENED = "() => ['offline', 'online'].forEach((kind) => dispatchEvent(new Event(kind)))"

OpenPage = Callable[..., Page]
TakePicture = Callable[[Page, str], None]


@dataclass
class RealCity:
    """A served city that nobody has invented; one is administrator of it by a link in the log."""

    served: Served
    store: str
    link: str
    token: dict[str, str] = field(default_factory=dict)

    def ask(self, method: str, path: str, body: object) -> dict[str, Any]:
        """Ask in the administrator's name; whoever signs in has none yet."""
        url = f"{self.served.address}{path}"
        headers = {} if path == SESSION else self.token
        answer = httpx2.request(
            method, url, json=body, headers=headers, timeout=60, trust_env=False
        )
        assert answer.is_success, answer.text
        said: dict[str, Any] = answer.json()
        return said

    def administer(self) -> None:
        """Become the administrator, unless one is."""
        if self.token:
            return
        body = {"link": self.link, "password": GOOD, "deliver": "token"}
        self.token = {"authorization": f"Bearer {self.ask('POST', SESSION, body)['token']}"}

    def member(self, name: str, **more: object) -> str:
        """Give somebody an account and a password; answers the name."""
        self.administer()
        body = {"name": name, "roles": ["dispatcher"], "areas": ["C"]} | more
        link = self.ask("POST", "/api/v1/users", body)["link"]
        self.ask("POST", SESSION, {"link": link, "password": GOOD})
        return name

    def end_sessions(self, name: str) -> None:
        """Let the sessions of an account have run out."""
        with closing(open_store(self.store)) as store, store.session() as session:
            past = system_clock() - timedelta(seconds=1)
            own = update(CREDENTIALS).where(CREDENTIALS.c.account == name)
            session.execute(own.values(until=past))
            session.commit()


@pytest.fixture(scope="module")
def provider() -> Iterator[OpenIdProvider]:
    """To a browser that knows the city as 127.0.0.1 this is another site."""
    with provided("localhost") as provider:
        yield provider


@pytest.fixture(scope="module")
def city(tmp_path_factory, provider) -> Iterator[RealCity]:
    folder = tmp_path_factory.mktemp("real")
    url = f"sqlite:///{write_town(folder, invented=False)}"
    operator = {"issuer": provider.issuer, "client_id": CLIENT, "client_secret": SECRET}
    with pytest.MonkeyPatch.context() as patch:
        for name, value in (operator | {"title": "市统一认证"}).items():
            patch.setenv(f"GRID_DISPATCH_OIDC_{name.upper()}", value)
        patch.setenv("NO_PROXY", "localhost,127.0.0.1")
        with serving(url, folder) as served:
            printed = re.search(r"/sign-in\?link=(\S+)", served.log.read_text("utf-8"))
            assert printed is not None
            yield RealCity(served, url, printed[1])


@pytest.fixture
def open_page(
    city: RealCity, launch: Callable[[str], Browser], need_program: Callable[[str], str]
) -> Iterator[OpenPage]:
    """Open an address in a browser of somebody's own, whose scripts may not fail."""
    browser, complaints, opened = launch(need_program("chromium")), [], []

    def open_in(path: str, **more: object) -> Page:
        context = browser.new_context(locale="zh-CN", **({"viewport": NARROW} | more))
        context.set_default_timeout(PATIENCE_MS)
        opened.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.goto(f"{city.served.address}{path}")
        return page

    yield open_in
    for context in opened:
        context.close()
    assert complaints == []


def fill_in(page: Page, name: str, password: str = GOOD, code: str = "") -> None:
    page.locator("[name=name]").fill(name)
    page.locator("[name=password]").fill(password)
    page.locator("[name=code]").fill(code)
    page.locator("#submit").click()


def at_work(page: Page) -> Locator:
    """The screen, once it is there."""
    live = page.locator("[data-testid=stream].stream-live")
    expect(live).to_be_visible()
    return live


def says(page: Page, place: str, zh: str, en: str) -> None:
    """Both languages, one after the other."""
    said = page.locator(place)
    expect(said).to_have_text(zh)
    page.locator("#language").click()
    expect(said).to_have_text(en)
    page.locator("#language").click()
    expect(said).to_have_text(zh)


def fits(page: Page) -> bool:
    """Whether nothing sticks out of the screen at the side."""
    wide = "document.documentElement.scrollWidth <= document.documentElement.clientWidth"
    return bool(page.evaluate(wide))


def test_the_first_start_prints_a_link_that_makes_the_administrator_once(
    city, open_page, take_picture
):
    page = open_page(f"/sign-in?link={city.link}#account")
    expect(page.locator("h1")).to_have_text("设置密码")
    assert city.link not in page.url
    expect(page.locator("[name=name]")).to_be_hidden()
    says(page, "#submit", "设置并登录", "Set and sign in")
    page.locator("[name=password]").fill("short 1")
    page.locator("#submit").click()
    says(
        page,
        "#problem",
        "请设置至少十个字符的密码，其中至少四种不同字符，且不含账号名。",
        "Choose a password of 10 characters or more.",
    )
    assert fits(page)
    take_picture(page, "first-link")
    page.locator("[name=password]").fill(GOOD)
    page.locator("#submit").click()
    expect(page.locator("#name")).to_have_text(ADMIN)
    says(page, "#roles", "管理员", "administrator")
    body = {"name": ADMIN, "password": GOOD, "deliver": "token"}
    city.token = {"authorization": f"Bearer {city.ask('POST', SESSION, body)['token']}"}

    late = open_page(f"/sign-in?link={city.link}")
    late.locator("[name=password]").fill("another horse 8")
    late.locator("#submit").click()
    says(
        late,
        "#problem",
        "此链接已使用或已过期：请索取新的链接。",
        "This link has been used or is too old: ask for another one.",
    )
    late.goto(f"{city.served.address}/")
    expect(late).to_have_url(f"{city.served.address}/sign-in")


WRONG = (
    "账号、密码或验证码不正确，或尝试次数过多：请稍候再试，或联系管理员。",
    (
        "Name, password or code is not right, or too many tries went wrong: wait a while, "
        "or ask an administrator."
    ),
)
"""The same for every reason, so that it tells nobody which names there are."""


@pytest.mark.verify
def test_a_wrong_password_and_too_many_of_them_are_told_in_one_sentence(
    city, open_page, take_picture
):
    name = city.member("wang.li")
    page = open_page("/#account")
    assert page.url == f"{city.served.address}/sign-in#account"
    expect(page.locator("#provider")).to_have_text("使用市统一认证登录")
    take_picture(page, "sign-in")
    for _ in range(FREE_TRIES + 1):
        with page.expect_response(f"**{SESSION}"):
            fill_in(page, name, "wrong horse 1")
        says(page, "#problem", *WRONG)
    with page.expect_response(f"**{SESSION}"):
        fill_in(page, name)
    says(page, "#problem", *WRONG)
    assert fits(page)
    city.ask("PATCH", f"/api/v1/users/{name}", {"locked": False})
    fill_in(page, name)
    expect(page.locator("#name")).to_have_text(name)


@pytest.mark.verify
def test_a_second_factor_is_turned_on_asked_for_and_given_up(city, open_page, take_picture):
    name = city.member("zhao.min")
    page = open_page("/sign-in#account")
    fill_in(page, name)
    expect(page.locator("#state")).to_have_text("未启用。")
    page.locator("#draw").click()
    expect(page.locator("#confirm")).to_be_visible()
    address = urlsplit(str(page.locator("#authenticator").get_attribute("href")))
    [secret] = parse_qs(address.query)["secret"]
    expect(page.locator("#secret")).to_have_text(re.sub("(....)(?=.)", r"\1 ", secret))
    confirm = page.locator("#confirm")
    confirm.locator("[name=code]").fill("000000" if now_code(secret) != "000000" else "111111")
    confirm.locator("[type=submit]").click()
    says(
        page,
        "#confirm .problem",
        "动态验证码不正确：请核对手机时间，输入当前显示的六位数字。",
        "This code is not the present one: look at the telephone's clock.",
    )
    take_picture(page, "second-factor")
    assert fits(page)
    confirm.locator("[name=code]").fill(now_code(secret))
    confirm.locator("[type=submit]").click()
    says(page, "#state", "已启用。", "It is on.")
    page.locator("#sign-out").click()
    expect(page.locator("#form")).to_be_visible()
    page.goto(f"{city.served.address}/account")
    expect(page.locator("#form")).to_be_visible()
    assert page.url == f"{city.served.address}/sign-in#account"

    fill_in(page, name)
    expect(page.locator("#problem")).to_have_text(WRONG[0])
    fill_in(page, name, code=now_code(secret, ahead=1))
    expect(page.locator("#name")).to_have_text(name)
    give_up = page.locator("#give-up")
    give_up.locator("[name=password]").fill("wrong horse 1")
    give_up.locator("[type=submit]").click()
    expect(give_up.locator(".problem")).to_have_text(WRONG[0])
    give_up.locator("[name=password]").fill(GOOD)
    give_up.locator("[type=submit]").click()
    says(page, "#state", "未启用。", "It is off.")


@pytest.mark.verify
def test_a_password_is_changed_on_the_page_and_only_the_new_one_is_good(city, open_page):
    name = city.member("sun.lei")
    page = open_page("/sign-in#account")
    fill_in(page, name)
    form = page.locator("#password")
    for old, new in (("wrong horse 1", "new horse 99"), (GOOD, "short 1"), (GOOD, "new horse 99")):
        expect(form.locator(".done")).to_have_text("")
        form.locator("[name=old]").fill(old)
        form.locator("[name=new]").fill(new)
        with page.expect_response(f"**{SESSION}/password"):
            form.locator("[type=submit]").click()
    says(page, "#password .done", "密码已修改。", "The password has been changed.")
    expect(form.locator(".problem")).to_have_text("")
    page.locator("#sign-out").click()
    fill_in(page, name)
    expect(page.locator("#problem")).to_have_text(WRONG[0])
    page.goto(f"{city.served.address}/sign-in#account")
    fill_in(page, name, "new horse 99")
    expect(page.locator("#name")).to_have_text(name)


@pytest.mark.verify
@pytest.mark.parametrize("away", ["nobody answers", "busy"])
def test_a_service_that_does_not_answer_is_told_on_the_page_of_ones_account(city, open_page, away):
    name = city.member("he.yan" if away == "busy" else "lin.tao")
    page = open_page("/sign-in#account")
    fill_in(page, name)
    expect(page.locator("#name")).to_have_text(name)
    said = {"code": "overloaded", "zh": "请稍后重试。", "en": "Come again."}
    refuse = {"status": 503, "json": said}
    page.route(f"**{SESSION}", lambda way: way.fulfill(**refuse) if away == "busy" else way.abort())
    page.goto(f"{city.served.address}/account")
    if away == "busy":
        says(page, "#problem", said["zh"], said["en"])
    else:
        says(page, "#problem", "无法连接服务，请稍后重试。", "The service does not answer.")
    expect(page.locator("#password")).to_be_hidden()
    page.unroute(f"**{SESSION}")
    page.reload()
    expect(page.locator("#name")).to_have_text(name)
    expect(page.locator("#problem")).to_have_text("")


@pytest.mark.verify
def test_whose_session_has_run_out_signs_in_over_the_page_or_in_another_tab_and_works_on(
    city, open_page
):
    name = city.member("qian.jun")
    page = open_page("/", viewport={"width": 1366, "height": 768})
    fill_in(page, name)
    at_work(page)
    expect(page.get_by_test_id("invented")).to_have_count(0)
    page.get_by_test_id("map").click(position={"x": 300, "y": 300})
    place = page.get_by_test_id("place").inner_text()
    expect(page.get_by_test_id("suggestion")).to_be_visible()
    here = urlsplit(page.url).fragment
    assert here.startswith("at=")

    city.end_sessions(name)
    page.evaluate(REOPENED)  # as it does by itself, every so often
    again = page.get_by_test_id("sign-in-again")
    expect(again).to_contain_text("市统一认证")
    expect(again.locator("[name=name]")).to_have_value(name)
    again.locator("[name=password]").fill("wrong horse 1")
    again.locator("[type=submit]").click()
    expect(again.get_by_role("alert")).to_have_text(WRONG[0])
    again.locator("[name=password]").fill(GOOD)
    again.locator("[type=submit]").click()
    at_work(page)
    expect(again).to_have_count(0)
    expect(page.get_by_test_id("place")).to_have_text(place, use_inner_text=True)
    assert urlsplit(page.url)[2:] == ("/", "", here)

    city.end_sessions(name)
    page.get_by_test_id("map").click(position={"x": 500, "y": 300})
    expect(again).to_be_visible()
    elsewhere = page.context.new_page()
    elsewhere.goto(f"{city.served.address}/sign-in")
    fill_in(elsewhere, name)
    expect(again).to_have_count(0)
    expect(page.get_by_test_id("place")).to_be_visible()
    assert urlsplit(page.url).fragment not in {"", here}


def test_the_button_leads_to_the_provider_and_back_to_ones_work(city, open_page, provider):
    name = city.member("li.na", subject=provider.subject)
    page = open_page("/sign-in#account")
    says(page, "#provider", "使用市统一认证登录", "Sign in with 市统一认证")
    page.locator("#provider").click()
    expect(page).to_have_title("Provider")
    page.get_by_text("It is me").click()
    expect(page.locator("#name")).to_have_text(name)


@pytest.mark.verify
def test_whom_the_provider_sends_and_nobody_knows_is_told_on_the_sign_in_page(
    city, open_page, provider, monkeypatch
):
    monkeypatch.setattr(provider, "subject", "4712")
    page = open_page("/")
    page.locator("#provider").click()
    page.get_by_text("It is me").click()
    says(
        page,
        "#problem",
        "统一身份认证未通过，请重新登录；仍不成功时请联系管理员。",
        "No account here is that of '4712': ask an administrator to give this subject to yours.",
    )
    assert page.url == f"{city.served.address}/sign-in"


def now_code(secret: str, *, ahead: int = 0) -> str:
    """The six digits that a telephone shows now, or will soon."""
    return totp_code(secret, int(system_clock().timestamp()) // TOTP_STEP_S + ahead)
