/* The search of the archive. Pagefind (https://pagefind.app/) looks in the indexes, one for each year; this asks it,
   shows what it finds, and keeps the question in the address, so that "back", "reload" and a link sent on all work. */

const PAGE = 10; // results at a time
const JOINT = /\u2060((?:<\/?mark>)*) ?/gu; // what digest put between characters of Chinese and Japanese
const HAN = "\\u3040-\\u30ff\\u31f0-\\u31ff\\u3400-\\u4dbf\\u4e00-\\u9fff\\uf900-\\ufaff\\uff66-\\uff9f\\u{20000}-\\u{3ffff}";
const PARTED = "$&\u2060 "; // as the indexes have them
const QUOTES = /[“”„‟«»]/gu; // as keyboards put them, each language its own
const UNSPACED = new RegExp(`([${HAN}])(?=\\S)|(\\S)(?=[${HAN}])`, "gu");

const site = new URL("../", import.meta.url); // wherever the archive lies, this lies one folder below
const box = document.getElementById("search");
const form = box.querySelector("form");
const status = document.getElementById("status");
const list = document.getElementById("results");
const more = document.getElementById("more");
const archive = document.getElementById("archive");
const said = box.dataset;
const years = said.years.split(" ");
const fields = ["q", "section", "organisation", "year", "order"];
const YEAR = "digest-year"; // what each index is called among the filters
const language = document.documentElement.lang;
// Plain "en" is the world's, as on the other pages, not America's.
const dates = new Intl.DateTimeFormat(language === "en" ? "en-001" : language, { dateStyle: "long", timeZone: "UTC" });

let engine = null; // a promise of pagefind with some years loaded
let started = ""; // when that was; for what may not be older
let lost = false; // whether a piece of its indexes could not be had
let found = []; // the results of the last question
let asking = 0; // which question is the last

// --- the indexes ---

const plainFetch = globalThis.fetch;

/** Of a piece that it cannot get pagefind says nothing, and finds nothing: so what it fetches is watched. */
globalThis.fetch = async (...asked) => {
  try {
    const answer = await plainFetch(...asked);
    lost ||= !answer.ok;
    return answer;
  } catch (error) {
    lost = true;
    throw error;
  }
};

const folder = (year) => new URL(`pagefind/${year}/`, site).pathname;

/** Whether a year's index is there. Pagefind itself would wait for one for ever. */
async function isThere(year) {
  const answer = await plainFetch(`${folder(year)}pagefind-entry.json?ts=${started}`).catch(() => null);
  return Boolean(answer?.ok);
}

const options = (year) => ({ baseUrl: site.pathname, metaCacheTag: started, mergeFilter: { [YEAR]: [year] } });

/** Pagefind with the newest year that can be had, and a way to add others; those that cannot be had are `missing`. */
async function start() {
  started = `${Date.now()}`;
  lost = false;
  const there = await Promise.all(years.map(isThere));
  const have = years.filter((_, number) => there[number]);
  if (!have.length) throw new Error("no index");
  const [first] = have;
  const pagefind = await import(`${folder(first)}pagefind.js`);
  const one = pagefind.createInstance({ ...options(first), basePath: folder(first), noWorker: true });
  await one.init();
  await one.preload(""); // throws if it could not start
  const added = new Map([[first, null]]);
  const add = (year) => {
    if (!added.has(year)) added.set(year, one.mergeIndex(folder(year), options(year)));
    return added.get(year);
  };
  return { search: one.search, add, have, missing: years.filter((year) => !have.includes(year)) };
}

// --- a question, and its answer ---

/** The question as pagefind takes it: characters of Chinese and Japanese are words there, in their order. */
function words(text) {
  const plain = text.normalize("NFC").replace(QUOTES, '"').trim();
  const spaced = plain.replace(UNSPACED, "$& ");
  return spaced === plain || /[\s"]/u.test(plain) ? spaced : `"${spaced}"`;
}

async function look(asked) {
  const { search, add, have, missing } = await engine;
  const text = words(asked.q);
  const among = have.filter((year) => !asked.year || year === asked.year);
  await Promise.all(among.map(add));
  const within = await known(text, search, among);
  if (!within.length) return { results: [], missing };
  const filters = { [YEAR]: { any: within } };
  for (const name of ["section", "organisation"]) if (asked[name]) filters[name] = [asked[name].replace(UNSPACED, PARTED)];
  const best = await search(text, { filters });
  if (asked.order !== "newest") return { results: best.results, missing };
  // Pagefind puts dates in order within an index only, so it is asked for one year after the other.
  const results = [];
  for (const year of have.filter((one) => best.filters[YEAR]?.[one])) {
    results.push(...(await search(text, { filters: { ...filters, [YEAR]: [year] }, sort: { date: "desc" } })).results);
  }
  return { results, missing };
}

/** The years in whose index every word is. Of a word that one lacks, pagefind would take the beginning, or nothing. */
async function known(text, search, among) {
  if (/^".+"$/u.test(text)) return among; // then it takes the words as they stand
  const parts = new Set(text.replaceAll('"', " ").split(/\s+/u).filter((part) => /[\p{L}\p{N}]/u.test(part)));
  const lists = await Promise.all([...parts].map((part) => having(part, search, among)));
  return among.filter((year) => lists.every((list) => list.includes(year)));
}

async function having(part, search, among) {
  const filters = { [YEAR]: { any: among } };
  const [same, like] = await Promise.all([search(`"${part}"`, { filters }), search(part, { filters })]);
  const near = among.map(async (year) => {
    if (same.filters[YEAR]?.[year]) return true;
    if (!like.filters[YEAR]?.[year]) return false;
    const [one] = (await search(part, { filters: { [YEAR]: [year] } })).results;
    const marked = (await one?.data())?.excerpt.match(/<mark>(.*?)<\/mark>/u)?.[1] ?? "";
    return 4 * letters(marked) >= 3 * letters(part); // "policies" for "policy", not "a" for "alert"
  });
  const is = await Promise.all(near);
  return among.filter((_, number) => is[number]);
}

async function run(shown = PAGE, tries = 2) {
  const asked = read();
  const mine = ++asking;
  list.replaceChildren();
  more.hidden = true;
  archive.hidden = false;
  document.title = asked.q ? `${asked.q} · ${said.title}` : said.title;
  if (!asked.q.trim()) {
    status.textContent = "";
    return;
  }
  status.textContent = said.busy;
  try {
    engine ??= warm();
    const { results, missing } = await look(asked);
    const data = await Promise.all(results.slice(0, shown).map((one) => one.data()));
    if (mine !== asking) return;
    if (lost) throw new Error("a piece of an index could not be had");
    found = results;
    list.append(...data.map(item));
    archive.hidden = results.length > 0;
    more.hidden = results.length <= data.length;
    const told = results.length ? said.found.replace("{count}", results.length) : said.nothing.replace("{words}", () => asked.q.trim());
    const without = missing.length ? ` ${said.partly.replace("{years}", missing.join(", "))}` : "";
    status.textContent = told + without;
  } catch (error) {
    console.error(error);
    if (mine !== asking) return;
    engine = null; // there may be new indexes since it was loaded, without the pieces that it knows of
    if (tries > 1) await run(shown, tries - 1);
    else status.textContent = said.failed;
  }
}

async function showMore() {
  const mine = asking;
  const next = found.slice(list.children.length, list.children.length + PAGE);
  try {
    const data = await Promise.all(next.map((one) => one.data()));
    if (mine !== asking) return;
    const items = data.map(item);
    list.append(...items);
    items[0]?.querySelector("a").focus();
    more.hidden = found.length <= list.children.length;
    history.replaceState({ shown: list.children.length }, "");
  } catch (error) {
    console.error(error);
    if (mine !== asking) return;
    engine = null;
    status.textContent = said.failed;
  }
}

const letters = (text) => text.replace(/[^\p{L}\p{N}]/gu, "").length;

// --- a result ---

function item(data) {
  const one = element("li");
  const [headline, rest] = divided(data);
  const link = element("a");
  link.href = data.url;
  link.dir = "auto";
  link.className = "quiet";
    link.append(...headline);
  const line = element("span", "", "muted");
  for (const part of [data.meta.issue, day(data.meta.date), data.meta.section].filter(Boolean)) {
    line.append(...(line.hasChildNodes() ? [" · "] : []), element("bdi", tidy(part)));
  }
  if (line.hasChildNodes()) one.append(line);
  one.append(link);
  if (rest.length) {
    const excerpt = element("p");
    excerpt.dir = "auto";
    excerpt.append(...rest);
    one.append(excerpt);
  }
  return one;
}

/** The headline, and the excerpt without it: it often begins with the headline, which then has the marks. */
function divided(data) {
  const headline = tidy(data.meta.title ?? data.url);
  const parts = data.excerpt.replace(JOINT, "$1").replaceAll("</mark><mark>", "").split(/<\/?mark>/u).map(plain);
  const repeats = parts.join("").startsWith(headline);
  let over = repeats ? headline.length : 0;
  const first = [];
  const rest = [];
  parts.forEach((part, number) => {
    const made = (text) => (number % 2 ? element("mark", text) : text);
    const before = part.slice(0, over);
    let after = part.slice(over);
    over -= before.length;
    if (repeats && !rest.length) after = after.replace(/^[.\s]+/u, ""); // what pagefind put behind the headline
    if (before) first.push(made(before));
    if (after) rest.push(made(after));
  });
  return [first.length ? first : [headline], rest];
}

function element(name, text = "", kind = "") {
  const made = document.createElement(name);
  made.textContent = text;
  if (kind) made.className = kind;
  return made;
}

const day = (text) => (/^\d{4}-\d\d-\d\d$/u.test(text) ? dates.format(new Date(text)) : text);
const tidy = (text) => text.replace(JOINT, "$1");
const plain = (text) => text.replaceAll("&lt;", "<").replaceAll("&gt;", ">"); // all that pagefind escapes

// --- the form and the address ---

const read = () => Object.fromEntries(fields.map((name) => [name, form.elements[name].value]));

/** The address with the question in it. */
function address(asked) {
  const to = new URL(location.href);
  to.search = new URLSearchParams(Object.entries(asked).filter(([, value]) => value)).toString();
  to.hash = "";
  return to;
}

/** The form as the address has it. */
function fill() {
  const asked = new URLSearchParams(location.search);
  for (const name of fields) {
    const field = form.elements[name];
    const value = asked.get(name) ?? "";
    if (field.options && ![...field.options].some((option) => option.value === value)) field.append(new Option(value, value));
    field.value = value;
  }
}

function ask() {
  const to = address(read());
  if (to.href !== location.href) history.pushState(null, "", to);
  run();
}

form.addEventListener("submit", (event) => {
  event.preventDefault();
  ask();
});
form.addEventListener("change", (event) => {
  if (event.target.name !== "q") ask();
});
form.elements.q.addEventListener("input", () => (engine ??= warm()), { once: true });
more.addEventListener("click", showMore);
addEventListener("popstate", (event) => {
  fill();
  run(event.state?.shown);
});

/** Load, perhaps while the question is being typed. If that fails, the next question tries again. */
function warm() {
  const early = start();
  early.catch(() => (engine = engine === early ? null : engine));
  return early;
}

box.hidden = false;
document.getElementById("off").hidden = true;
fill();
if (form.elements.q.value) run(history.state?.shown);
else form.elements.q.focus();
