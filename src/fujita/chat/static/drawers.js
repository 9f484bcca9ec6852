// On narrow screens the rooms and the people are drawers.

import { byId } from "./dom.js";

const DRAWERS = [
  { panel: "rooms-panel", button: "show-rooms", isDrawer: matchMedia("(width < 46rem)") },
  { panel: "people-panel", button: "show-people", isDrawer: matchMedia("(width < 68rem)") },
];

let open = null;

/** Makes the buttons work. */
export function prepareDrawers() {
  for (const drawer of DRAWERS) {
    byId(drawer.button).addEventListener("click", () => show(drawer));
    byId(drawer.panel).querySelector("[data-close]").addEventListener("click", closeDrawer);
    drawer.isDrawer.addEventListener("change", closeDrawer);
  }
  byId("backdrop").addEventListener("click", closeDrawer);
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && open) closeDrawer();
  });
}

/** Closes the drawer that is open, if one is. */
export function closeDrawer() {
  if (!open) return;
  const { panel, button } = open;
  open = null;
  byId(panel).classList.remove("open");
  byId(button).setAttribute("aria-expanded", "false");
  byId("backdrop").hidden = true;
  for (const part of byId("app").children) part.inert = false;
  byId(button).focus();
}

function show(drawer) {
  open = drawer;
  const panel = byId(drawer.panel);
  panel.classList.add("open");
  byId(drawer.button).setAttribute("aria-expanded", "true");
  const backdrop = byId("backdrop");
  backdrop.hidden = false;
  // The rest of the page cannot be reached, by pointer, keyboard or screen reader.
  for (const part of byId("app").children) part.inert = part !== panel && part !== backdrop;
  panel.querySelector("[data-close]").focus();
}
