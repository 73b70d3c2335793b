// What the page remembers for its views: kept values (`Kept[…]`), signed by the server, by name.
//
// They arrive with the frame that shows a change, before the page is patched, and go back when the view joins again. An
// id is not enough to know a view again: a live navigation puts another one in its place, with the same id, and a patch
// may show a view within a view anew. So a view is the same one as before
//
//   - if it joins with the same element: it crashed, or the line was cut;
//   - or if the view around it is the same and has joined again, which gives all that is within new elements.
//
// Anything else begins with nothing. The memory ends with the page.
//
// The LiveSocket asks for a view's params with its element, and once without one, for the URL of the websocket, where
// nothing of this has a place: URLs are written into logs.

interface Told {
  /** Of the view's element. */
  id: string;
  /** By name a token; null for nothing. */
  values: Record<string, string | null>;
  /** The page is to remember this, and nothing else of the view. */
  all?: boolean;
}

/** What is remembered for one view. */
interface Place {
  element: WeakRef<Element>;
  /** The id of the view around it, if there is one. */
  around: string | null;
  /** The view around it has joined again since, so that another element may be this one's. */
  moves: boolean;
  values: Map<string, string>;
}

export class KeptValues {
  #places = new Map<string, Place>();

  listen(): void {
    window.addEventListener("phx:al:keep", (event) => this.#keep((event as CustomEvent<Told>).detail));
  }

  /** What goes along with the join of the view in that element. */
  params(element?: Element): { _kept?: Record<string, string> } {
    if (!element) return {};
    this.#sweep();
    const before = this.#places.get(element.id);
    const isSame = before?.element.deref() === element || (before?.moves ?? false);
    const values = before && isSame ? before.values : new Map<string, string>();
    const around = element.getAttribute("data-phx-parent-id");
    this.#places.set(element.id, { element: new WeakRef(element), around, moves: false, values });
    for (const within of this.#places.values()) {
      if (within.around === element.id) within.moves = isSame;
    }
    return values.size ? { _kept: Object.fromEntries(values) } : {};
  }

  #keep({ id, values, all }: Told): void {
    const kept = this.#places.get(id)?.values;
    if (!kept) return;
    if (all) kept.clear();
    for (const [name, token] of Object.entries(values)) {
      if (token === null) kept.delete(name);
      else kept.set(name, token);
    }
  }

  /** Views within views come and go: forget those that cannot come back. */
  #sweep(): void {
    for (const [id, { element, moves }] of this.#places) {
      if (!moves && !element.deref()) this.#places.delete(id);
    }
  }
}
