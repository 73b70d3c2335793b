// An aspect is the smallest thing about an element that an optimistic command changes: one class token,
// one attribute, or the inline display. Named by a string, so that it can be listed in an attribute.

export type Aspect = `class:${string}` | `attr:${string}` | "display";

/** A class is "on" or null; an attribute its value or null; the display its inline value or null. */
export type Value = string | null;

/** A command as a function of what it finds, so that it can be played again on a newer state. */
export type Change = (current: Value) => Value;

export function read(el: HTMLElement, aspect: Aspect): Value {
  if (aspect === "display") return el.style.display || null;
  const name = nameOf(aspect);
  if (aspect.startsWith("class:")) return el.classList.contains(name) ? "on" : null;
  return el.getAttribute(name);
}

export function write(el: HTMLElement, aspect: Aspect, value: Value): void {
  if (aspect === "display") writeDisplay(el, value);
  else if (aspect.startsWith("class:")) writeClass(el, nameOf(aspect), value);
  else if (value === null) el.removeAttribute(nameOf(aspect));
  else el.setAttribute(nameOf(aspect), value);
}

function nameOf(aspect: Aspect): string {
  return aspect.slice(aspect.indexOf(":") + 1);
}

// An emptied attribute is taken away, so that the element is again what the server rendered.

function writeDisplay(el: HTMLElement, value: Value): void {
  el.style.display = value ?? "";
  if (el.getAttribute("style") === "") el.removeAttribute("style");
}

function writeClass(el: HTMLElement, name: string, value: Value): void {
  el.classList.toggle(name, value !== null);
  if (el.getAttribute("class") === "") el.removeAttribute("class");
}
