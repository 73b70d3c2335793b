// JS commands as changes of aspects. The client's own commands cannot be taken back: it stores them on
// the element and plays them again after every patch, the inverse command included.

import type { Aspect, Change } from "./aspects";

/** A command as the server encodes it: `["add_class", {"names": ["done"], "to": "#row"}]`. */
export type Command = [name: string, args: Args];

type Target = string | { closest: string } | { inner: string };

interface Args {
  to?: Target;
  names?: string[];
  attr?: string | [string, string] | [string, string, string];
  display?: string;
}

export type AspectChange = [Aspect, Change];

/** The elements that a command is about; without `to`, the one that the person acted on. */
export function targets(source: HTMLElement, { to }: Args): HTMLElement[] {
  if (to === undefined) return [source];
  if (typeof to === "string") return [...document.querySelectorAll<HTMLElement>(to)];
  if ("inner" in to) return [...source.querySelectorAll<HTMLElement>(to.inner)];
  const closest = source.closest<HTMLElement>(to.closest);
  return closest ? [closest] : [];
}

/** What the command changes of this element, or null for a command that cannot be taken back. */
export function changes([name, args]: Command, el: HTMLElement): AspectChange[] | null {
  switch (name) {
    case "add_class":
      return eachClass(args, () => "on");
    case "remove_class":
      return eachClass(args, () => null);
    case "toggle_class":
      return eachClass(args, (current) => (current === null ? "on" : null));
    case "set_attr":
      return [setAttribute(args.attr as [string, string])];
    case "remove_attr":
      return [[`attr:${args.attr as string}`, () => null]];
    case "toggle_attr":
      return [toggleAttribute(args.attr as [string, string, string?])];
    case "show":
      return isVisible(el) ? [] : [show(el, args)];
    case "hide":
      return isVisible(el) ? [hide()] : [];
    case "toggle":
      return [isVisible(el) ? hide() : show(el, args)];
    default:
      return null;
  }
}

function eachClass({ names = [] }: Args, change: Change): AspectChange[] {
  return names.map((name) => [`class:${name}`, change]);
}

function setAttribute([name, value]: [string, string]): AspectChange {
  return [`attr:${name}`, () => value];
}

function toggleAttribute([name, first, second]: [string, string, string?]): AspectChange {
  return [
    `attr:${name}`,
    (current) => {
      if (current === null) return first;
      if (second === undefined) return null;
      return current === first ? second : first;
    },
  ];
}

function hide(): AspectChange {
  return ["display", () => "none"];
}

function show(el: HTMLElement, { display }: Args): AspectChange {
  const shown = display ?? { TR: "table-row", TD: "table-cell" }[el.tagName] ?? "block";
  return ["display", () => shown];
}

function isVisible(el: HTMLElement): boolean {
  return el.getClientRects().length > 0;
}
