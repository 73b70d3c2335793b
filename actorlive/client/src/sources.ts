// Where a push comes from: the client announces each by `phx:push`, at every element that it marks as loading, before
// it writes the frame.

/** What has a text that says what it does. */
const ACTED = "button, a, summary, input[type=submit], input[type=button], [role=button]";
/** Characters of such a text, at most. */
const LONGEST = 60;

interface Detail {
  event: string | null;
  eventType: string;
  ref: number;
  lockElements: Element[];
  loadingElements: Element[];
  unlock: (elements: Element[]) => void;
}

/** The binding that a push comes from. */
export interface Source {
  /** The name of its event. */
  event: string | null;
  kind: string;
  ref: number;
  /** The id of the view's element. */
  view: string | null;
  elements: Element[];
  /** Those of them that were acted on: of a submit the button and the form. */
  acted: Element[];
  /** Take the locks and the loading states of this push off its elements. */
  release: () => void;
}

export class Sources {
  /** Announced, and not written yet; the newest is the last. */
  #announced: Source[] = [];
  /** How many there have been. */
  count = 0;

  listen(): void {
    window.addEventListener("phx:push", (event) =>
      this.#announce((event as CustomEvent<Detail>).detail, event.target as Element),
    );
  }

  #announce({ event, eventType, ref, unlock, ...of }: Detail, element: Element): void {
    this.count += 1;
    const view = element.getAttribute("data-phx-ref-src");
    const known = this.#announced.find((source) => source.view === view && source.ref === ref);
    if (known) {
      if (eventType === "submit") known.acted.push(element);
      return;
    }
    const elements = [...new Set([...of.loadingElements, ...of.lockElements])];
    // Others may have been locked along with them since.
    const locked = `[data-phx-ref-src="${view}"][data-phx-ref-lock="${ref}"]`;
    const release = (): void => unlock([...elements, ...document.querySelectorAll(locked)]);
    const source = { event, kind: eventType, ref, view, elements, acted: [element], release };
    this.#announced = [...this.#unwritten(), source];
  }

  /** Of the push that is written now: what was announced last for its view. */
  claim(topic: string): Source | undefined {
    const last = this.#announced.at(-1);
    if (topic !== `lv:${last?.view}`) return undefined;
    return this.#announced.pop();
  }

  /** Submits that will not be written any more: their files were to go first. */
  takeUnwritten(): Source[] {
    const unwritten = this.#unwritten();
    this.#announced = [];
    return unwritten;
  }

  #unwritten(): Source[] {
    return this.#announced.filter(
      ({ kind, elements }) =>
        kind === "submit" && elements.some((element) => element.matches("form.phx-submit-loading")),
    );
  }
}

/** What a person would call it: the text of the button, if it is one, or the name of the event. */
export function labelOf(event: string, elements: Element[]): string {
  const [acted, ...others] = elements.filter((element) => element.matches(ACTED));
  const text = acted && others.length === 0 ? textOf(acted).trim().replace(/\s+/g, " ") : "";
  return text && text.length <= LONGEST ? text : event.replace(/[_-]+/g, " ");
}

function textOf(element: Element): string {
  const said = element.getAttribute("aria-label") ?? element.getAttribute("data-phx-disable-with-restore");
  if (said !== null) return said;
  return (element.matches("input") ? element.getAttribute("value") : element.textContent) ?? "";
}

/** The names of the events that a binding would push. */
export function pushesOf(element: Element, binding: string): string[] {
  const value = element.getAttribute(binding) ?? "";
  if (!value.startsWith("[")) return [value];
  const commands = JSON.parse(value) as [string, { event?: string }][];
  return commands.flatMap(([name, { event }]) => (name === "push" && event ? event : []));
}
