// Taking an account, logging in and out. Afterwards the page begins anew: it is another person's.

import { ask, complaintOf } from "./api.js";
import { complain, field } from "./dialogs.js";
import { element } from "./dom.js";
import { toast } from "./notices.js";
import { words } from "./words.js";

/** Makes the part of the settings that is about the account. */
export function accountForms(you) {
  return element(
    "section",
    { class: "account", "aria-labelledby": "account-title" },
    element("h3", { id: "account-title", text: words("account") }),
    you.kind === "account" ? ownAccount(you) : guest(),
  );
}

function guest() {
  const place = element("div", { class: "account-form" });
  const show = (form) => {
    place.replaceChildren(form);
    form.querySelector("input").focus();
  };
  const button = (label, looks, open) =>
    element("button", { type: "button", class: `button ${looks}`, text: words(label), onclick: () => show(open()) });
  place.append(
    element("p", { class: "field-hint", text: words("account.guest") }),
    element(
      "div",
      { class: "button-row" },
      button("account.register", "", () => credentials("register", "account.register", "new-password")),
      button("account.login", "quiet", () => credentials("login", "account.login", "current-password")),
    ),
  );
  return place;
}

function credentials(what, label, completion) {
  const login = field(
    words("account.name"),
    { id: "login", name: "login", autocomplete: "username", autocapitalize: "none", spellcheck: "false", maxlength: "64" },
    what === "register" ? words("account.name.hint") : null,
  );
  const password = field(
    words("account.password"),
    { id: "password", type: "password", name: "password", autocomplete: completion },
    what === "register" ? words("account.password.hint") : null,
  );
  return form([login, password], label, async ([name, secret]) => {
    const answer = await ask("POST", `/api/${what}`, { login: name.value.trim(), password: secret.value });
    if (!answer.error) return location.reload();
    complain(/^login-|already/.test(answer.error) ? name : secret, complaintOf(answer));
  });
}

function ownAccount(you) {
  const place = element("div", { class: "account-form" });
  const change = () => {
    place.replaceChildren(passwordForm());
    place.querySelector("input").focus();
  };
  const leave = async () => {
    const answer = await ask("POST", "/api/logout");
    if (answer.error) toast(complaintOf(answer));
    else location.assign("/");
  };
  place.append(
    element("p", { class: "field-hint", text: words("account.signed-in", { login: you.login }) }),
    element(
      "div",
      { class: "button-row" },
      element("button", { type: "button", class: "button quiet", id: "logout", text: words("account.logout"), onclick: leave }),
      element("button", { type: "button", class: "button quiet", text: words("account.change"), onclick: change }),
    ),
  );
  return place;
}

function passwordForm() {
  const secret = (id, label, completion) =>
    field(words(label), { id, type: "password", name: id, autocomplete: completion });
  const fields = [
    secret("old-password", "account.password.old", "current-password"),
    secret("new-password", "account.password.new", "new-password"),
  ];
  return form(fields, "account.change", async ([old, fresh]) => {
    const answer = await ask("POST", "/api/password", { old: old.value, new: fresh.value });
    if (answer.error) return complain(answer.error === "wrong-password" ? old : fresh, complaintOf(answer));
    toast(words("account.changed"));
    old.form.closest("dialog").close();
  });
}

function form(rows, label, act) {
  const button = element("button", { type: "submit", class: "button", text: words(label) });
  const made = element("form", { class: "credentials", novalidate: "" }, rows, button);
  const inputs = rows.map((row) => row.querySelector("input"));
  made.addEventListener("submit", async (event) => {
    event.preventDefault();
    for (const input of inputs) complain(input, "");
    // A password is hashed slowly, on purpose.
    button.disabled = true;
    await act(inputs);
    button.disabled = false;
  });
  return made;
}
