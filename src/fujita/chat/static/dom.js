// Building and arranging elements. Text only ever goes in as text: nothing here parses markup.

const SVG = "http://www.w3.org/2000/svg";
const SWITCHES = new Set(["hidden", "disabled", "checked", "value", "required", "selected"]);

/** Returns the element with that id; the page is known to have it. */
export function byId(id) {
  return document.getElementById(id);
}

/**
 * Makes an element. Properties that start with "on" are listeners, `text` is its text, `hidden` and the like
 * are properties, all others are attributes; those that are null are left out.
 */
export function element(tag, properties = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (value === null || value === undefined) continue;
    if (name === "text") made.textContent = value;
    else if (name.startsWith("on")) made.addEventListener(name.slice(2), value);
    else if (SWITCHES.has(name)) made[name] = value;
    else made.setAttribute(name, value);
  }
  made.append(...children.flat().filter((child) => child !== null && child !== undefined));
  return made;
}

/** Makes one of the icons of icons.svg. */
export function icon(name) {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("class", "icon");
  svg.setAttribute("aria-hidden", "true");
  const use = document.createElementNS(SVG, "use");
  use.setAttribute("href", `#icon-${name}`);
  svg.append(use);
  return svg;
}

/** Makes a button that shows an icon, and has a name for those who do not see it. */
export function iconButton(name, label, act, more = {}) {
  const { class: looks = "icon-button", ...others } = more;
  const properties = { type: "button", class: looks, "aria-label": label, title: label, onclick: act };
  return element("button", { ...properties, ...others }, icon(name));
}

/** Makes `parent` hold exactly `nodes`, in that order, and moves as few of them as it can. */
export function arrange(parent, nodes) {
  const wanted = new Set(nodes);
  for (const child of [...parent.children]) {
    if (!wanted.has(child)) child.remove();
  }
  let next = parent.firstElementChild;
  for (const node of nodes) {
    if (node === next) next = next.nextElementSibling;
    else parent.insertBefore(node, next);
  }
}

/** Sets an element's text if it is another one: a live region is not to speak for nothing. */
export function setText(target, text) {
  if (target.textContent !== text) target.textContent = text;
}

/** Returns a function that runs `work` once before the next frame, however often it is called. */
export function oncePerFrame(work) {
  let scheduled = false;
  return () => {
    if (scheduled) return;
    scheduled = true;
    requestAnimationFrame(() => {
      scheduled = false;
      work();
    });
  };
}
