// A page that has to be loaded again comes back as it was left: what stands in its fields, how far it was scrolled, and
// where the cursor was. The client reports fields that differ from what was rendered when the view joins.

export interface Kept {
  path: string;
  scroll: [number, number];
  fields: [selector: string, value: string | boolean | string[]][];
  focus: string | null;
}

type Field = HTMLInputElement | HTMLTextAreaElement | HTMLSelectElement;

const KEY = "actorlive:dev:page";

export function reloadKeepingPage(kept: Kept): void {
  sessionStorage.setItem(KEY, JSON.stringify(kept));
  location.reload();
}

/** The page as it is at the moment. */
export function keepPage(): Kept {
  const focused = document.activeElement;
  return {
    path: location.pathname,
    scroll: [window.scrollX, window.scrollY],
    fields: [...document.querySelectorAll<Field>("input, textarea, select")].flatMap((field) => {
      const value = valueOf(field);
      return value === null ? [] : [[selectorOf(field), value]];
    }),
    focus: focused && focused !== document.body ? selectorOf(focused) : null,
  };
}

export function restorePage(): void {
  const text = sessionStorage.getItem(KEY);
  sessionStorage.removeItem(KEY);
  if (text === null) return;
  const kept = JSON.parse(text) as Kept;
  if (kept.path !== location.pathname) return;
  for (const [selector, value] of kept.fields) {
    const field = document.querySelector<Field>(selector);
    if (field) putInto(field, value);
  }
  window.scrollTo(...kept.scroll);
  if (kept.focus) document.querySelector<HTMLElement>(kept.focus)?.focus({ preventScroll: true });
}

/** Puts back what stood in fields that are in no form: of those the client reports nothing when a view joins again. */
export function restoreLoneFields(kept: Kept): void {
  if (kept.path !== location.pathname) return;
  for (const [selector, value] of kept.fields) {
    const field = document.querySelector<Field>(selector);
    if (field && !field.form) putInto(field, value);
  }
}

function valueOf(field: Field): string | boolean | string[] | null {
  if (field instanceof HTMLSelectElement) return [...field.selectedOptions].map((option) => option.value);
  if (field.type === "checkbox" || field.type === "radio") return (field as HTMLInputElement).checked;
  return ["file", "hidden", "password"].includes(field.type) ? null : field.value;
}

function putInto(field: Field, value: string | boolean | string[]): void {
  if (Array.isArray(value)) {
    if (field instanceof HTMLSelectElement) {
      for (const option of field.options) option.selected = value.includes(option.value);
    }
  } else if (typeof value === "boolean") (field as HTMLInputElement).checked = value;
  else if (field.value !== value) field.value = value;
}

/** How to find an element in the page as it will be: by its id, else by its way from the nearest one that has one. */
function selectorOf(element: Element): string {
  const steps: string[] = [];
  for (let at: Element | null = element; at && at !== document.documentElement; at = at.parentElement) {
    // The container of a view has another id after every load.
    if (at.id && !at.id.startsWith("phx-")) return [`#${CSS.escape(at.id)}`, ...steps].join(" > ");
    const place = [...(at.parentElement?.children ?? [])].filter((other) => other.tagName === at.tagName);
    steps.unshift(`${at.tagName.toLowerCase()}:nth-of-type(${place.indexOf(at) + 1})`);
  }
  return ["html", ...steps].join(" > ");
}
