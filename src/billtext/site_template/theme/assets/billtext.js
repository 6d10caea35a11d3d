/* Tables that sort by a click on their heading and filter by words. Without this script they are plain tables. */
(function () {
  "use strict";

  // A page's own words and the ledger's may be of two languages: what counts is that of the table.
  function languageOf(element) {
    return element.closest("[lang]").lang || undefined;
  }

  function key(row, column) {
    var cell = row.cells[column];
    if (!cell) return "";
    var raw = cell.getAttribute("data-sort-value");
    return raw === null ? cell.textContent.trim() : raw;
  }

  function compare(language, numeric) {
    var collator = new Intl.Collator(language, { numeric: true, sensitivity: "base" });
    return function (a, b) {
      return numeric ? parseFloat(a.key) - parseFloat(b.key) : collator.compare(a.key, b.key);
    };
  }

  function sort(table, column, descending) {
    var body = table.tBodies[0];
    var rows = Array.prototype.map.call(body.rows, function (row) {
      return { row: row, key: key(row, column) };
    });
    var numeric = rows.every(function (each) { return /^-?\d+(\.\d+)?$/.test(each.key); });
    rows.sort(compare(languageOf(table), numeric));
    if (descending) rows.reverse();
    var fragment = document.createDocumentFragment();
    rows.forEach(function (each) { fragment.appendChild(each.row); });
    body.appendChild(fragment);
    Array.prototype.forEach.call(table.tHead.rows[0].cells, function (cell, n) {
      if (n === column) cell.setAttribute("aria-sort", descending ? "descending" : "ascending");
      else cell.removeAttribute("aria-sort");
    });
  }

  function sortable(table) {
    if (!table.tHead || !table.tBodies.length || table.tBodies[0].rows.length < 2) return;
    Array.prototype.forEach.call(table.tHead.rows[0].cells, function (cell, n) {
      var button = document.createElement("button");
      button.type = "button";
      button.className = "r-sort";
      button.textContent = cell.textContent;
      cell.textContent = "";
      cell.appendChild(button);
      button.addEventListener("click", function () {
        var now = cell.getAttribute("aria-sort");
        // Amounts begin with the largest: that is what one looks for.
        var descending = now ? now === "ascending" : cell.classList.contains("r-num");
        sort(table, n, descending);
      });
    });
  }

  // A customer has a row for each currency, and is still one.
  function count(rows) {
    var seen = new Set(rows.map(function (each) { return each.of === null ? each : each.of; }));
    return seen.size;
  }

  function filterable(box) {
    var table = document.getElementById(box.getAttribute("data-filter"));
    if (!table) return;
    var language = languageOf(table);
    var input = box.querySelector("input"), select = box.querySelector("select"), output = box.querySelector("output");
    var rows = Array.prototype.map.call(table.tBodies[0].rows, function (row) {
      return { row: row, of: row.getAttribute("data-of"), text: row.textContent.toLocaleLowerCase(language), is: " " + (row.getAttribute("data-is") || "") + " " };
    });
    function apply() {
      var words = input.value.toLocaleLowerCase(language).split(/\s+/).filter(Boolean);
      var kind = select && select.value;
      rows.forEach(function (each) {
        var fits = (!kind || each.is.indexOf(" " + kind + " ") >= 0) &&
          words.every(function (word) { return each.text.indexOf(word) >= 0; });
        each.row.hidden = !fits;
      });
      var shown = count(rows.filter(function (each) { return !each.row.hidden; }));
      output.textContent = output.getAttribute("data-text").replace("{count}", shown).replace("{all}", count(rows));
    }
    box.hidden = false;
    input.addEventListener("input", apply);
    if (select) select.addEventListener("change", apply);
    apply();
  }

  // A link such as #open=31-60 chooses what a table shows: here, of the table "open", the rows that are "31-60".
  function choose() {
    var found = /^#([\w-]+)=([\w-]*)$/.exec(location.hash);
    var box = found && document.querySelector('section.bt [data-filter="' + found[1] + '"]');
    var select = box && box.querySelector("select");
    if (!select) return;
    select.value = found[2];
    if (select.selectedIndex < 0) select.selectedIndex = 0;
    select.dispatchEvent(new Event("change"));
    box.scrollIntoView();
  }

  function printable(link) {
    link.addEventListener("click", function () {
      setTimeout(function () { window.print(); }, 50); // after the month has become the target, alone on paper
    });
  }

  // Who folds prints what is open; the theme opens every fold before it prints.
  function foldable(summary) {
    summary.addEventListener("click", function () {
      var details = summary.parentElement;
      details.classList.toggle("r-opened", !details.open);
    });
  }

  function start(sorts) {
    document.querySelectorAll("section.bt summary").forEach(foldable);
    if (sorts) document.querySelectorAll("section.bt table[data-sort]").forEach(sortable);
    document.querySelectorAll("section.bt [data-filter]").forEach(filterable);
    document.querySelectorAll("section.bt a.r-print").forEach(printable);
    choose();
  }

  window.addEventListener("hashchange", choose);

  // Fava sorts by itself, and calls when it has loaded a page.
  if (document.getElementById("ledger-data")) globalThis.billtext = { start: start };
  else if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", function () { start(true); });
  else start(true);
})();
