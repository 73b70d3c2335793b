// Stylesheets that have changed: fetched anew, and put in the place of the old ones once they are there, so that the
// page is never without.

/** `named` are the server's own, whose names change with their content: `actorlive-1f3a….css`. */
export function refreshStyles(named: string[]): void {
  const links = [...document.querySelectorAll<HTMLLinkElement>("link[rel=stylesheet][href]")];
  for (const link of links) {
    const url = new URL(link.href);
    if (url.origin !== location.origin) continue;
    const newest = named.find((candidate) => stem(candidate) === stem(url.pathname));
    if (newest === undefined) {
      url.searchParams.set("al", Date.now().toString(36));
      replace(link, url.href);
    } else if (url.pathname !== newest) replace(link, newest);
  }
}

function replace(link: HTMLLinkElement, href: string): void {
  const next = link.cloneNode() as HTMLLinkElement;
  next.href = href;
  next.onload = next.onerror = () => link.remove();
  link.after(next);
}

/** The path without the hash of its content. */
function stem(path: string): string {
  return path.replace(/-[0-9a-f]{16}(?=\.\w+$)/, "");
}
