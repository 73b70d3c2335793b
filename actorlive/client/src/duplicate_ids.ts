// Two elements with one id, said in the console of a page in debug mode, and to the development server's script.
//
// The client finds elements by their ids: with two of a kind a patch, a hook or a form's recovery may meet the wrong
// one, and nothing says so. Looking costs a pass over the page after every patch, so only debug mode looks.

import type { DomCallbacks } from "./config";

export class DuplicateIds {
  readonly dom: DomCallbacks = { onPatchEnd: () => this.report() };
  #told = new Set<string>();

  /** Complain of each id that has become ambiguous since the last look. */
  report(): void {
    const ambiguous = new Set<string>();
    for (const [id, elements] of elementsById()) {
      if (elements.length < 2) continue;
      ambiguous.add(id);
      if (!this.#told.has(id)) {
        const fault = `${elements.length} elements have the id "${id}": patches may meet the wrong one`;
        console.error(fault, ...elements);
        window.dispatchEvent(new CustomEvent("al:page-fault", { detail: fault }));
      }
    }
    this.#told = ambiguous;
  }
}

function elementsById(): Map<string, Element[]> {
  const found = new Map<string, Element[]>();
  for (const element of document.querySelectorAll("[id]")) {
    const others = found.get(element.id);
    if (others) others.push(element);
    else found.set(element.id, [element]);
  }
  return found;
}
