// Filters for the table of the ledger. Without this script the whole table is shown.
"use strict";

const PREFIXES = { verdict: "nb-v-", chapter: "nb-c-" };

function classValue(row, prefix) {
  const found = [...row.classList].find((name) => name.startsWith(prefix));
  return found ? found.slice(prefix.length) : "";
}

function choice(name, prefix, rows, words) {
  const label = document.createElement("label");
  label.textContent = name;
  const select = document.createElement("select");
  select.append(new Option("all", ""));
  const values = [...new Set(rows.map((row) => classValue(row, prefix)))];
  for (const value of values) select.append(new Option(words(value), value));
  label.append(select);
  return [label, select];
}

function addFilter(table) {
  const rows = [...table.tBodies[0].rows];
  const texts = rows.map((row) => row.textContent.toLowerCase());
  const verdictOf = (slug) => {
    const row = rows.find((other) => classValue(other, PREFIXES.verdict) === slug);
    return row.querySelector(".nb-verdict").textContent;
  };
  const form = document.createElement("form");
  form.className = "nb-filter";
  form.setAttribute("aria-label", "Filter the statements");
  const [verdictLabel, verdict] = choice("Verdict", PREFIXES.verdict, rows, verdictOf);
  const [chapterLabel, chapter] = choice("Chapter", PREFIXES.chapter, rows, (id) => id);
  const textLabel = document.createElement("label");
  textLabel.textContent = "Text";
  const text = document.createElement("input");
  text.type = "search";
  textLabel.append(text);
  const count = document.createElement("output");
  form.append(verdictLabel, chapterLabel, textLabel, count);

  function show() {
    const words = text.value.toLowerCase().split(/\s+/).filter(Boolean);
    let shown = 0;
    rows.forEach((row, place) => {
      row.hidden =
        (verdict.value && classValue(row, PREFIXES.verdict) !== verdict.value) ||
        (chapter.value && classValue(row, PREFIXES.chapter) !== chapter.value) ||
        !words.every((word) => texts[place].includes(word));
      shown += row.hidden ? 0 : 1;
    });
    count.textContent = `${shown} of ${rows.length}`;
    remember();
  }

  function remember() {
    const wanted = new URLSearchParams();
    if (verdict.value) wanted.set("verdict", verdict.value);
    if (chapter.value) wanted.set("chapter", chapter.value);
    if (text.value) wanted.set("text", text.value);
    const query = wanted.toString();
    const address = location.pathname + (query ? `?${query}` : "") + location.hash;
    history.replaceState(null, "", address);
  }

  function recall() {
    const wanted = new URLSearchParams(location.search);
    verdict.value = wanted.get("verdict") ?? "";
    chapter.value = wanted.get("chapter") ?? "";
    text.value = wanted.get("text") ?? "";
  }

  form.addEventListener("input", show);
  form.addEventListener("submit", (event) => event.preventDefault());
  const frame = table.closest(".pst-scrollable-table-container") ?? table;
  frame.before(form);
  recall();
  show();
}

document.querySelectorAll("table.nb-ledger").forEach(addFilter);
