// The classes that say how a view within a view is (`phx-connected`, `phx-error`, …) stay on its container.
//
// The view around it renders that container without them, and its patches would take them off: one that is broken would
// look as if it were well.

import type { DomCallbacks } from "./config";

const WITHIN = "[data-phx-session][data-phx-parent-id]";
const STATES = ["phx-connected", "phx-loading", "phx-error", "phx-client-error", "phx-server-error"];

export class ViewStates {
  #shown = new Map<Element, string[]>();

  readonly dom: DomCallbacks = {
    onPatchStart: () => {
      this.#shown = new Map([...document.querySelectorAll(WITHIN)].map((view) => [view, statesOf(view)]));
    },
    onPatchEnd: () => {
      for (const [view, states] of this.#shown) if (!statesOf(view).length) view.classList.add(...states);
    },
  };
}

function statesOf(view: Element): string[] {
  return STATES.filter((state) => view.classList.contains(state));
}
