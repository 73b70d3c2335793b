// The LiveSocket takes one set of DOM callbacks; several modules and the application each have their own.

import type { DomCallbacks } from "./config";

/** One set of callbacks that calls every part's, in order. */
export function composeDom(parts: DomCallbacks[]): DomCallbacks {
  const composed: DomCallbacks = {
    onPatchStart: (container) => parts.forEach((part) => part.onPatchStart?.(container)),
    onPatchEnd: (container) => parts.forEach((part) => part.onPatchEnd?.(container)),
    onNodeAdded: (node) => parts.forEach((part) => part.onNodeAdded?.(node)),
    onBeforeElUpdated: (from, to) => parts.forEach((part) => part.onBeforeElUpdated?.(from, to)),
  };
  // These two replace a default of the client's, so they can have one owner only: the last that speaks.
  for (const { onDocumentPatch, jsQuerySelectorAll } of parts) {
    if (onDocumentPatch) composed.onDocumentPatch = onDocumentPatch;
    if (jsQuerySelectorAll) composed.jsQuerySelectorAll = jsQuerySelectorAll;
  }
  return composed;
}
