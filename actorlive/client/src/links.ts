// Links and buttons that ask first (data-confirm), and those that send a request (data-method).
//
// A click on such an element, or inside of it, first sends it the event `phoenix.link.click`, which bubbles and can
// be cancelled: a listener that cancels it has refused the click, for the browser, for phx-click and for the
// request. The question of data-confirm is asked when it arrives at the window, so a page with a dialog of its own listens
// further in and stops it there. The request is a form's, made and submitted at once. We listen before the
// LiveSocket does, so that what was refused never gets to it.

const ASKING = "[data-confirm], [data-method]";

export function handleLinks(): void {
  window.addEventListener("phoenix.link.click", confirmed);
  window.addEventListener("click", clicked);
}

function confirmed(event: Event): void {
  const question = (event.target as Element).getAttribute("data-confirm");
  if (question !== null && !window.confirm(question)) event.preventDefault();
}

function clicked(event: MouseEvent): void {
  if (event.defaultPrevented || !(event.target instanceof Element)) return;
  for (let el = event.target.closest(ASKING); el; el = el.parentElement?.closest(ASKING) ?? null) {
    if (!el.dispatchEvent(new CustomEvent("phoenix.link.click", { bubbles: true, cancelable: true }))) {
      event.preventDefault();
      event.stopImmediatePropagation();
      return;
    }
    const method = el.getAttribute("data-method")?.toLowerCase();
    if (method && method !== "get") {
      event.preventDefault();
      send(el, method, wantsNewTab(event) ? "_blank" : el.getAttribute("target"));
      return;
    }
  }
}

function wantsNewTab(event: MouseEvent): boolean {
  return event.ctrlKey || event.metaKey || event.shiftKey;
}

/** Submit what a form with that method would. `_method` comes first: the server looks for it there. */
function send(el: Element, method: string, target: string | null): void {
  const url = destination(el);
  if (!url) return;
  const form = document.createElement("form");
  form.hidden = true;
  form.method = "post";
  form.action = url.href;
  form.target = target ?? "";
  if (method !== "post") form.append(field("_method", method));
  const token = el.getAttribute("data-csrf");
  if (token && url.origin === location.origin) form.append(field("_csrf_token", token));
  document.body.append(form);
  form.requestSubmit();
  form.remove();
}

/** Where the request goes; null, with a word in the console, for what is not a web address. */
function destination(el: Element): URL | null {
  const to = el.getAttribute("data-to") ?? el.getAttribute("href") ?? "";
  const url = URL.canParse(to, document.baseURI) ? new URL(to, document.baseURI) : null;
  if (url && /^https?:$/.test(url.protocol)) return url;
  console.error(`a request was not sent, because this is not a web address: ${to}`, el);
  return null;
}

function field(name: string, value: string): HTMLInputElement {
  const input = document.createElement("input");
  input.type = "hidden";
  input.name = name;
  input.value = value;
  return input;
}
