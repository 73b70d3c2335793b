// A view within a view ends when its element leaves the page.
//
// The client ends a view that a patch discards, but of what leaves in one piece it looks at the outermost element alone:
// not into a stream's row or a portal, and in an element that fades (`phx-remove`) at the first view. Any other would
// live on, on the server too, and its place would stay empty when the row is inserted again: the client takes it for
// joined.
//
// So after each patch, and when something has faded, what is gone is looked through. Only what the client removes counts:
// a script that takes an element out may put it back. A patch also puts rows back, and new elements have the ids of old
// ones: a view has left when the very element that it is bound to is not in the document.

import type { LiveSocket } from "phoenix_live_view";

import type { DomCallbacks } from "./config";

const VIEW = "[data-phx-session]";
const FADES = "[phx-remove]";

export class LeftViews {
  #liveSocket: LiveSocket | undefined;
  #observer = new MutationObserver((records) =>
    this.#end(removedBy(records).filter((element) => element.matches(FADES))),
  );

  /** At its end, not later: the client joins what the patch has inserted right after. */
  readonly dom: DomCallbacks = { onPatchEnd: () => this.#end(removedBy(this.#observer.takeRecords())) };

  listen(liveSocket: LiveSocket): void {
    this.#liveSocket = liveSocket;
    this.#observer.observe(document, { childList: true, subtree: true });
  }

  #end(removed: Element[]): void {
    for (const view of removed.flatMap(viewsIn)) {
      const isLeft = !view.isConnected && this.#liveSocket?.getViewByEl(view)?.el === view;
      if (isLeft) this.#liveSocket?.destroyViewByEl(view);
    }
  }
}

function removedBy(records: MutationRecord[]): Element[] {
  return records.flatMap(({ removedNodes }) => [...removedNodes].filter((node) => node instanceof Element));
}

/** The outermost first. */
function viewsIn(element: Element): Element[] {
  const within = [...element.querySelectorAll(VIEW)];
  return element.matches(VIEW) ? [element, ...within] : within;
}
