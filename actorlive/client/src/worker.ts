// Where a server has several workers, and the view of this page waits for its join at one of them, the page says in the
// URL of its websocket which one that is (web/workers/passing.py). The view's element has the number.

/** What the URL is to say besides; a join, which has an element, says nothing of it. */
export function askedWorker(element?: Element): { _worker?: string } {
  const view = element ? null : document.querySelector("[data-phx-main]");
  const worker = view?.getAttribute("data-al-worker");
  return worker ? { _worker: worker } : {};
}
