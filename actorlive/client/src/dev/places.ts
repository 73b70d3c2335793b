// Alt + Shift + click opens what was clicked in the editor: the line of the template that the element comes from, as
// `data-phx-loc` says. The click itself does nothing else.

/** `pattern` is the URL of the editor, with `{file}`, `{line}` and `{column}` in it. */
export function openPlaces(pattern: string): void {
  window.addEventListener("click", (event) => open(event, pattern), { capture: true });
}

function open(event: MouseEvent, pattern: string): void {
  if (!event.altKey || !event.shiftKey || !(event.target instanceof Element)) return;
  const place = event.target.closest("[data-phx-loc]")?.getAttribute("data-phx-loc");
  const found = /^(.*):(\d+)$/.exec(place ?? "");
  if (!found) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  window.open(editorUrl(pattern, found[1] ?? "", found[2] ?? "1"), "_self");
}

/** As the server makes the links of its error pages. */
export function editorUrl(pattern: string, file: string, line: string): string {
  const path = pattern.includes("://file/") ? file.replace(/^\/+/, "") : file;
  const encoded = path.split("/").map(encodeURIComponent).join("/");
  return pattern.replace("{file}", encoded).replace("{line}", line).replace("{column}", "1");
}
