"""The components that every template knows."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import pytest

from actorlive.forms import Form, to_form
from actorlive.template import Renderer, Template, TemplateError, compile_template, heex, render_to_string
from actorlive.template.rendering.csrf import csrf_variable


def html(template: Template, **assigns: Any) -> str:
    return "".join(line.strip() for line in render_to_string(template, assigns).splitlines())


@dataclass(frozen=True)
class Result:
    """Any object with these four will do."""

    ok: bool = False
    loading: object = None
    failed: object = None
    result: object = None


def test_link() -> None:
    assert html(heex('<.link navigate="/a" class="c">x</.link>')) == (
        '<a href="/a" data-phx-link="redirect" data-phx-link-state="push" class="c">x</a>'
    )
    assert html(heex('<.link patch="/a" replace>x</.link>')) == (
        '<a href="/a" data-phx-link="patch" data-phx-link-state="replace">x</a>'
    )
    assert html(heex('<.link href="/a" target="_blank">x</.link>')) == '<a href="/a" target="_blank">x</a>'
    assert html(heex('<.link phx-click="go">x</.link>')) == '<a href="#" phx-click="go">x</a>'
    assert html(heex('<.link href="/a" method="delete" csrf_token={@t}>x</.link>'), t="T") == (
        '<a href="/a" data-method="delete" data-csrf="T" data-to="/a">x</a>'
    )


@pytest.mark.parametrize("to", ["mailto:ada@example.com", "tel:1", " sms:1"])
def test_a_live_link_to_what_is_not_a_web_address_is_a_plain_one(to: str) -> None:
    assert html(heex("<.link navigate={@to}>x</.link>"), to=to) == f'<a href="{to}">x</a>'
    assert html(heex("<.link patch={@to}>x</.link>"), to=to) == f'<a href="{to}">x</a>'


@pytest.mark.parametrize("to", ["/a:b", "?a=b:c", "#x:y", "http://example.com/", "HTTPS://example.com"])
def test_a_live_link_leads_to_paths_and_web_addresses(to: str) -> None:
    assert 'data-phx-link="redirect"' in html(heex("<.link navigate={@to}>x</.link>"), to=to)


def test_flash_group() -> None:
    template = heex("<.flash_group flash={@flash} />")
    assert 'class="al-flash"' not in html(template, flash={})
    shown = html(template, flash={"error": "No <b>", "info": "Yes"})
    assert 'data-kind="error" role="alert"' in shown
    assert "<span>No &lt;b&gt;</span>" in shown
    assert 'phx-click="lv:clear-flash" phx-value-key="info"' in shown


def test_live_title() -> None:
    template = heex('<.live_title prefix="P " default="D" suffix=" S">{@t}</.live_title>')
    opening = '<title data-prefix="P " data-default="D" data-suffix=" S">'
    assert html(template, t="a<b") == f"{opening}P a&lt;b S</title>"
    assert html(template, t=" ") == f"{opening}P D S</title>"


@pytest.mark.parametrize(
    ("result", "shown"),
    [
        (Result(), "idle"),
        (Result(loading=True), "loading True"),
        (Result(failed="why"), "failed why"),
        (Result(ok=True, result=5), "got 5"),
        (Result(ok=True, result=5, loading=True), "got 5"),
        (Result(ok=True, result=5, failed="why"), "got 5"),
    ],
)
def test_async_result(result: Result, shown: str) -> None:
    template = heex("""
      <.async_result :let={value} assign={@r}>
        <:idle>idle</:idle>
        <:loading :let={state}>loading {state}</:loading>
        <:failed :let={reason}>failed {reason}</:failed>
        got {value}
      </.async_result>
    """)
    assert html(template, r=result) == shown


def test_async_result_without_its_slots_is_nothing() -> None:
    assert html(heex("<.async_result :let={v} assign={@r}>{v}</.async_result>"), r=Result()) == ""


def test_async_result_sends_what_changed() -> None:
    template = heex("<.async_result :let={v} assign={@r}><b>{v}</b></.async_result>")
    renderer = Renderer()
    renderer.render(template, {"r": Result(ok=True, result=1)}, None)
    old = Result(ok=True, result=1)
    diff = renderer.render(template, {"r": Result(ok=True, result=2)}, {"r": old})
    assert diff == {0: {0: {0: {0: "2"}}}}


def test_focus_wrap_and_portal() -> None:
    assert html(heex('<.focus_wrap id="f" class="c">x</.focus_wrap>')) == (
        '<div id="f" phx-hook="Phoenix.FocusWrap" class="c"><div id="f-start" tabindex="0" aria-hidden="true"></div>'
        'x<div id="f-end" tabindex="0" aria-hidden="true"></div></div>'
    )
    assert html(heex('<.portal id="p" target="#t" container="span" class="c">x</.portal>')) == (
        '<template id="p" data-phx-portal="#t"><span id="_lv_portal_wrap_p" class="c">x</span></template>'
    )


def test_intersperse_and_dynamic_tag() -> None:
    template = heex("<.intersperse :let={x} enum={@xs}><:separator>, </:separator><i>{x}</i></.intersperse>")
    assert html(template, xs=[1, 2, 3]) == "<i>1</i>, <i>2</i>, <i>3</i>"
    assert html(template, xs=[]) == ""
    assert (
        html(heex('<.dynamic_tag tag_name="h2" class={@c}>x</.dynamic_tag>'), c="c") == '<h2 class="c">x</h2>'
    )
    assert html(heex('<.dynamic_tag tag_name="i" />')) == "<i></i>"


@pytest.mark.parametrize("name", "br HR base meta link iframe OBJECT plaintext xmp noscript template".split())
def test_a_dynamic_tag_is_an_element_with_markup_inside(name: str) -> None:
    with pytest.raises(TemplateError, match=f"<{name}> cannot be a dynamic tag"):
        html(heex("<.dynamic_tag tag_name={@name}>x</.dynamic_tag>"), name=name)


@dataclass(frozen=True)
class Address:
    city: str


@dataclass(frozen=True)
class Person:
    name: str
    addresses: list[Address] = field(default_factory=list[Address])


def test_form() -> None:
    form = to_form(Person("Ann"), as_="person")
    template = heex("""
      <.form :let={f} for={@form} phx-submit="save"><input name={f["name"].name} value={f["name"].value}></.form>
    """)
    assert html(template, form=form) == (
        '<form id="person" phx-submit="save"><input name="person[name]" value="Ann"></form>'
    )
    plain = heex('<.form for={@form} action="/p" method="put" csrf_token="T" multipart id="own">x</.form>')
    assert html(plain, form=form) == (
        '<form action="/p" method="post" enctype="multipart/form-data" id="own">'
        '<input type="hidden" name="_method" value="put"><input type="hidden" name="_csrf_token" value="T">x</form>'
    )


def test_plain_http_carries_the_csrf_token_of_the_page() -> None:
    post = heex('<.form for={@form} action="/p">x</.form>')
    assert html(post, form=Form()) == '<form action="/p" method="post">x</form>'
    token = csrf_variable.set("T")
    hidden = '<input type="hidden" name="_csrf_token" value="T">'
    assert html(post, form=Form()) == f'<form action="/p" method="post">{hidden}x</form>'
    assert html(heex('<.link href="/a" method="post">x</.link>')) == (
        '<a href="/a" data-method="post" data-csrf="T" data-to="/a">x</a>'
    )
    without = [
        '<.form for={@form} action="/p" csrf_token={False}>x</.form>',
        '<.form for={@form} action="/p" method="get">x</.form>',
        "<.form for={@form}>x</.form>",
    ]
    for source in without:
        assert "_csrf_token" not in html(compile_template(source), form=Form())
    csrf_variable.reset(token)


def test_inputs_for() -> None:
    form = to_form(Person("Ann", [Address("Oslo"), Address("Rome")]), as_="p")
    template = heex("""
      <.inputs_for :let={f} field={@form["addresses"]} skip_persistent_id>
        <input name={f["city"].name} value={f["city"].value}>
      </.inputs_for>
    """)
    assert html(template, form=form) == (
        '<input name="p[addresses][0][city]" value="Oslo"><input name="p[addresses][1][city]" value="Rome">'
    )
    with_hidden = heex('<.inputs_for :let={f} field={@form["addresses"]}>{f.index}</.inputs_for>')
    assert html(with_hidden, form=form).count('type="hidden"') == 2


def test_busy() -> None:
    template = heex('<.busy when={@saving} id="rows">x</.busy>')
    assert html(template, saving=["one"]) == '<div aria-busy="true" id="rows">x</div>'
    assert html(template, saving=[]) == '<div aria-busy="false" id="rows">x</div>'
