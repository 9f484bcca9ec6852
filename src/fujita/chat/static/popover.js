// Small panels beside what they belong to: menus and the emoji picker.

const GAP = 6;
const EDGE = 8;

let open = null;

/**
 * Shows a panel beside a button; the one that was open goes. It closes by Escape, by a press elsewhere, and by
 * `closePopover`; the focus goes back to where it was.
 */
export function showPopover(panel, anchor, closed = () => {}) {
  const isSame = open?.anchor === anchor;
  closePopover();
  if (isSame) return;
  document.body.append(panel);
  panel.classList.add("popover");
  place(panel, anchor.getBoundingClientRect());
  anchor.setAttribute("aria-expanded", "true");
  open = { panel, anchor, closed };
  panel.querySelector("[data-first], button, [tabindex]")?.focus({ preventScroll: true });
}

/** Closes the panel that is open, if one is. */
export function closePopover({ returnsFocus = true } = {}) {
  if (!open) return;
  const { panel, anchor, closed } = open;
  open = null;
  const hadFocus = panel.contains(document.activeElement);
  panel.remove();
  anchor.setAttribute("aria-expanded", "false");
  if (hadFocus && returnsFocus) anchor.focus({ preventScroll: true });
  closed();
}

/** Shows a menu: entries are `{ label, icon, act, isDanger }`, null is a line between them. */
export function showMenu(menu, anchor, closed) {
  menu.addEventListener("keydown", (event) => {
    const entries = [...menu.querySelectorAll("[role=menuitem]")];
    const at = entries.indexOf(document.activeElement);
    const goal = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: entries.length - 1 }[event.key];
    if (goal !== undefined) {
      event.preventDefault();
      entries[(goal + entries.length) % entries.length].focus();
    }
  });
  showPopover(menu, anchor, closed);
}

function place(panel, { left, right, top, bottom }) {
  const { offsetWidth: width, offsetHeight: height } = panel;
  const isRight = left + width > innerWidth - EDGE;
  const x = isRight ? right - width : left;
  const below = bottom + GAP + height < innerHeight - EDGE;
  const y = below ? bottom + GAP : top - GAP - height;
  panel.style.left = `${Math.max(EDGE, Math.min(x, innerWidth - width - EDGE))}px`;
  panel.style.top = `${Math.max(EDGE, Math.min(y, innerHeight - height - EDGE))}px`;
}

document.addEventListener("pointerdown", ({ target }) => {
  if (open && !open.panel.contains(target) && !open.anchor.contains(target)) closePopover({ returnsFocus: false });
});
document.addEventListener(
  "keydown",
  (event) => {
    if (event.key !== "Escape" || !open) return;
    event.preventDefault();
    event.stopPropagation();
    closePopover();
  },
  { capture: true },
);
addEventListener("resize", () => closePopover());
