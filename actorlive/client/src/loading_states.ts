// What an element shows while its event is on its way ends with the event, whatever becomes of it.
//
// The client marks such an element: with a class, and disabled or with another text, of which it notes on the element what
// was there before. It also locks it, and patches a clone instead. The answer undoes all of that. But
//
//   - a view that joins again forgets what it has marked, and leaves the looks to the patch of its join. That does not
//     reach what is inside of `phx-update="ignore"`, nor what the view has marked outside of itself (`loading=`). The
//     clone of the view before stays, and would be shown with the next answer;
//   - a view that leaves the page has no answers;
//   - a patch that comes before the answer removes the notes from an element that has `phx-update="ignore"` itself.
//
// So the notes are remembered here, and after each patch every element that was marked is looked at: as long as it is on
// its way it keeps its notes, and afterwards nothing of the mark.

import type { DomCallbacks } from "./config";

const NOTES = ["data-phx-disabled", "data-phx-readonly", "data-phx-disable-with-restore"] as const;
const REFS = ["data-phx-ref-src", "data-phx-ref-loading", "data-phx-ref-lock"] as const;
const CLASS = /^phx-(click|change|submit|keydown|keyup|blur|focus|hook)-loading$/;

type Notes = Map<(typeof NOTES)[number], string>;

interface PushDetail {
  loadingElements: Element[];
  lockElements: Element[];
}

/** An element with what the client keeps on it: among others the clone of a locked one. */
interface Locked extends Element {
  phxPrivate?: Record<string, unknown>;
}

export class LoadingStates {
  #marked = new Map<Element, Notes>();

  readonly dom: DomCallbacks = { onPatchEnd: () => this.#look() };

  listen(): void {
    window.addEventListener("phx:push", (event) => {
      const { loadingElements, lockElements } = (event as CustomEvent<PushDetail>).detail;
      for (const element of [...loadingElements, ...lockElements])
        this.#marked.set(element, notesOn(element));
    });
  }

  #look(): void {
    for (const [element, notes] of this.#marked) {
      if (!element.isConnected) this.#marked.delete(element); // no answer reaches it any more
      if (isLeft(element)) for (const name of REFS) element.removeAttribute(name);
      if (element.hasAttribute("data-phx-ref-loading")) restoreNotes(element, notes);
      else if (isMarked(element)) unmark(element, notes);
      if (!element.hasAttribute("data-phx-ref-lock")) forgetClone(element);
      if (!REFS.some((name) => element.hasAttribute(name))) this.#marked.delete(element);
    }
  }
}

function notesOn(element: Element): Notes {
  const notes: Notes = new Map();
  for (const name of NOTES) {
    const value = element.getAttribute(name);
    if (value !== null) notes.set(name, value);
  }
  return notes;
}

function restoreNotes(element: Element, notes: Notes): void {
  for (const [name, value] of notes) if (!element.hasAttribute(name)) element.setAttribute(name, value);
}

/** Its view is not there any more. */
function isLeft(element: Element): boolean {
  const view = element.getAttribute("data-phx-ref-src");
  return view !== null && document.getElementById(view) === null;
}

function isMarked(element: Element): boolean {
  return NOTES.some((name) => element.hasAttribute(name)) || classesOf(element).length > 0;
}

function classesOf(element: Element): string[] {
  return [...element.classList].filter((name) => CLASS.test(name));
}

/** As the client does it with an answer. */
function unmark(element: Element, notes: Notes): void {
  element.classList.remove(...classesOf(element));
  const readOnly = notes.get("data-phx-readonly");
  if (readOnly !== undefined && "readOnly" in element) element.readOnly = readOnly === "true";
  const disabled = notes.get("data-phx-disabled");
  if (disabled !== undefined && "disabled" in element) element.disabled = disabled === "true";
  const text = notes.get("data-phx-disable-with-restore");
  if (text !== undefined) element.textContent = text;
  for (const name of NOTES) element.removeAttribute(name);
}

function forgetClone(element: Locked): void {
  delete element.phxPrivate?.["data-phx-ref-lock"];
}
