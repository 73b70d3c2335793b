"""Faults and notes as HTML, drawn with actorlive's own templates: the overlay, the error page, and the notes' lines."""

from __future__ import annotations

from collections.abc import Sequence

from markupsafe import Markup

from actorlive.dev.editor import Editor
from actorlive.dev.excerpt import Excerpt, coloured
from actorlive.dev.faults import Assign, Diagnosis, Told
from actorlive.dev.frames import Call, Folded, Step, relative
from actorlive.template import Slot, Template, component, heex, render_to_string

__all__ = ["draw_note", "draw_overlay", "draw_page"]


def draw_page(fault: Diagnosis, editor: Editor, *, stylesheet: str, tags: Markup) -> str:
    """A whole document about a fault: what a request that raised is answered with."""
    return render_to_string(page(fault=fault, editor=editor, stylesheet=stylesheet, tags=tags), {})


def draw_overlay(fault: Diagnosis, editor: Editor) -> str:
    """What the client puts over the page, inside of a shadow root."""
    return render_to_string(overlay(fault=fault, editor=editor), {})


def draw_note(text: str, places: Sequence[tuple[str, int]], editor: Editor) -> str:
    """One line of the notes, with links to the places in it."""
    return render_to_string(note(text=text, places=places, editor=editor), {})


@component
def page(*, fault: Diagnosis, editor: Editor, stylesheet: str, tags: Markup) -> Template:
    return heex("""
      <!DOCTYPE html>
      <html lang="en">
        <head>
          <meta charset="utf-8">
          <meta name="viewport" content="width=device-width, initial-scale=1">
          <title>{@fault.kind} · {@fault.headline}</title>
          <link rel="icon" href="data:,">
          <link rel="stylesheet" href={@stylesheet}>
          {@tags}
        </head>
        <body class="al-dead">
          <main class="al-fault al-page">
            <header>
              <p class="kicker">{@fault.headline}</p>
              <h1 id="al-what"><span>{@fault.kind}</span> {@fault.message}</h1>
              <.acts fault={@fault} editor={@editor} />
            </header>
            <.body fault={@fault} editor={@editor} />
            <footer>
              Save the file: this page loads again by itself. In production a visitor reads “Something went wrong”, and
              nothing of this.
            </footer>
          </main>
        </body>
      </html>
    """)


@component
def overlay(*, fault: Diagnosis, editor: Editor) -> Template:
    return heex("""
      <div class="al-overlay" role="dialog" aria-modal="true" aria-labelledby="al-what" tabindex="-1">
        <div class="al-fault">
          <header>
            <p class="kicker">{@fault.headline}</p>
            <h2 id="al-what"><span>{@fault.kind}</span> {@fault.message}</h2>
            <.acts fault={@fault} editor={@editor}>
              <button type="button" data-dismiss>Dismiss <kbd>Esc</kbd></button>
            </.acts>
          </header>
          <.body fault={@fault} editor={@editor} />
          <footer>
            Save the file and this closes by itself. In production a visitor reads “Something went wrong”, and nothing
            of this.
          </footer>
        </div>
      </div>
    """)


@component
def acts(*, fault: Diagnosis, editor: Editor, inner_block: Slot = Slot.empty) -> Template:
    return heex(
        """
        <div class="acts">
          <a :if={@place} class="open" href={@editor.link(@place.file, @place.line, @place.column)}>Open in editor</a>
          <button type="button" data-report={@fault.report()}>Copy for a report</button>
          {render_slot(@inner_block)}
        </div>
        """,
        place=None if fault.where is None else fault.where.place,
    )


@component
def body(*, fault: Diagnosis, editor: Editor) -> Template:
    return heex("""
      <ul :if={@fault.advice} class="advice"><li :for={line in @fault.advice}>{line}</li></ul>
      <.where :if={@fault.where} excerpt={@fault.where} editor={@editor} />
      <div class="cols">
        <section :if={@fault.trace} aria-labelledby="al-trace">
          <h2 id="al-trace">How it got there, last call first</h2>
          <ol class="trace"><.call :for={step in @fault.trace} step={step} editor={@editor} /></ol>
        </section>
        <section>
          <.values :if={@fault.assigns} assigns={@fault.assigns} />
          <.messages :if={@fault.messages} messages={@fault.messages} />
          <.request :if={@fault.request} request={@fault.request} />
        </section>
      </div>
    """)


@component
def where(*, excerpt: Excerpt, editor: Editor) -> Template:
    place = excerpt.place
    return heex(
        """
        <section aria-label="Where">
          <p class="file"><a href={@link}>{@name}</a></p>
          <pre class="excerpt" tabindex="0" aria-label={@label}>{@rows}</pre>
        </section>
        """,
        link=editor.link(place.file, place.line, place.column),
        name=f"{relative(place.file)}:{place.line}:{place.column}",
        label=f"{'The template' if place.is_template else 'The code'}, line {place.line}",
        rows=_rows(excerpt),
    )


@component
def call(*, step: Step, editor: Editor) -> Template:
    if isinstance(step, Folded):
        return folded(step=step)
    return heex(
        """
        <li>
          <a href={@link}>{@name}</a>
          <span>in {@step.function}</span>
          <code>{@step.code}</code>
        </li>
        """,
        link=editor.link(step.file, step.line, step.column),
        name=f"{relative(step.file)}:{step.line}",
    )


@component
def folded(*, step: Folded) -> Template:
    count = len(step.frames)
    return heex(
        """
        <li>
          <details>
            <summary>{@title}</summary>
            <ol><li :for={line in @lines}>{line}</li></ol>
          </details>
        </li>
        """,
        title=f"{count} frame{'s' if count > 1 else ''} of {step.packages}",
        lines=[_short(frame) for frame in step.frames],
    )


@component
def values(*, assigns: Sequence[Assign]) -> Template:
    return heex("""
      <h2>Assigns</h2>
      <dl class="assigns">
        <div :for={assign in @assigns}>
          <dt>{assign.name}</dt>
          <dd><em :if={assign.changed}>changed</em> {assign.text}</dd>
        </div>
      </dl>
    """)


@component
def messages(*, messages: Sequence[Told]) -> Template:
    return heex("""
      <h2>Last messages</h2>
      <ol class="last">
        <li :for={told in @messages}>
          <time>{f"−{told.ago:.1f} s" if told.ago >= 0.05 else "0.0 s"}</time> {told.kind} <code>{told.text}</code>
        </li>
      </ol>
    """)


@component
def request(*, request: Sequence[tuple[str, str]]) -> Template:
    return heex("""
      <h2>The request</h2>
      <dl class="assigns">
        <div :for={name, text in @request}><dt>{name}</dt><dd>{text}</dd></div>
      </dl>
    """)


@component
def note(*, text: str, places: Sequence[tuple[str, int]], editor: Editor) -> Template:
    return heex(
        """
        <li>
          <pre>{@text}</pre>
          <p :if={@places}>
            <a :for={file, line in @places} href={@editor.link(file, line)}>{f"{relative(file)}:{line}"}</a>
          </p>
        </li>
        """
    )


def _short(frame: Call) -> str:
    """A frame of somebody else's, by its path in the package."""
    _, inside, path = frame.file.rpartition(f"/{frame.package}/")
    file = f"{frame.package}/{path}" if inside else relative(frame.file)
    return f"{file}:{frame.line} in {frame.function}"


def _rows(shown: Excerpt) -> Markup:
    """The lines, where every blank counts; the one at fault is marked, with a caret below it."""
    place = shown.place
    rows: list[Markup] = []
    for number, line in shown.lines:
        kind = "row bad" if number == place.line else "row"
        rows.append(
            Markup('<span class="{}"><span class="ln">{}</span>{}</span>').format(
                kind, number, _coloured(line, template=place.is_template)
            )
        )
        if number == place.line and (place.width or shown.advice):
            caret = " " * (place.column - 1) + "^" * min(place.width, max(1, len(line) - place.column + 1))
            rows.append(
                Markup('<span class="row caret-row"><span class="ln"></span>{} {}</span>').format(
                    caret, shown.advice
                )
            )
    return Markup("").join(rows)


def _coloured(line: str, *, template: bool) -> Markup:
    parts = (
        Markup('<span class="{}">{}</span>').format(kind, text) if kind else Markup("{}").format(text)
        for kind, text in coloured(line, template=template)
    )
    return Markup("").join(parts)
