/* Tables that sort by a click on their heading and filter by words, and the search for a customer or a number. Without
   this script there are plain tables, and no search. */
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
      // Wherever one clicks on the heading; the button is for the keyboard, and its click comes here too.
      cell.addEventListener("click", function () {
        var now = cell.getAttribute("aria-sort");
        // Amounts begin with the largest: that is what one looks for.
        var descending = now ? now === "ascending" : cell.classList.contains("r-num");
        sort(table, n, descending);
      });
    });
  }

  function filterable(box) {
    var table = document.getElementById(box.getAttribute("data-filter"));
    if (!table) return;
    var language = languageOf(table);
    var input = box.querySelector("input"), select = box.querySelector("select"), output = box.querySelector("output");
    var rows = Array.prototype.map.call(table.tBodies[0].rows, function (row) {
      return { row: row, text: row.textContent.toLocaleLowerCase(language), is: " " + (row.getAttribute("data-is") || "") + " " };
    });
    function apply() {
      var words = input.value.toLocaleLowerCase(language).split(/\s+/).filter(Boolean);
      var kind = select && select.value;
      rows.forEach(function (each) {
        var fits = (!kind || each.is.indexOf(" " + kind + " ") >= 0) &&
          words.every(function (word) { return each.text.indexOf(word) >= 0; });
        each.row.hidden = !fits;
      });
      var shown = rows.filter(function (each) { return !each.row.hidden; }).length;
      output.textContent = output.getAttribute("data-text").replace("{count}", shown).replace("{all}", rows.length);
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

  // --- the search: a site has an index that is a script, and loads it when somebody searches; Fava answers -------------

  var MOST = 20;
  var waiting = [], loaded = null;

  // Each text begins with a digit: how many letters it has in common with the one before.
  function unfold(texts) {
    var before = "";
    return texts === "" ? [] : texts.split(" ").map(function (each) {
      before = before.slice(0, parseInt(each[0], 36)) + each.slice(1);
      return before;
    });
  }

  function index(kinds) {
    loaded = [];
    kinds.forEach(function (kind) {
      var all = unfold(kind.texts).map(function (text) { return [text, text]; }).concat(kind.odd);
      all.forEach(function (pair, n) {
        var name = kind.names[n] || "";
        loaded.push({ word: kind.word, text: pair[0], name: name, at: kind.at + "/" + pair[1] + ".html", low: pair[0].toLowerCase(), named: name.toLowerCase() });
      });
    });
    waiting.splice(0).forEach(function (call) { call(); });
  }

  function found(low, root) {
    var words = low.split(/\s+/), ranks = [[], [], [], []];
    loaded.forEach(function (each) {
      var place = each.low.indexOf(low);
      if (place < 0 && !(each.named && words.every(function (word) { return each.named.indexOf(word) >= 0; }))) return;
      ranks[each.low === low ? 0 : place === 0 ? 1 : place > 0 ? 2 : 3].push(each);
    });
    return [].concat.apply([], ranks).slice(0, MOST).map(function (each) {
      return { word: each.word, text: each.text, name: each.name, href: root + each.at };
    });
  }

  function ask(address, low, answer) {
    if (!/\.js$/.test(address)) {
      fetch(address + (address.indexOf("?") < 0 ? "?" : "&") + "q=" + encodeURIComponent(low))
        .then(function (response) { return response.json(); }).then(answer);
      return;
    }
    var root = address.replace(/[^/]*$/, "");
    function reply() { answer(found(low, root)); }
    if (loaded) return reply();
    waiting.push(reply);
    if (waiting.length > 1) return;
    var script = document.createElement("script");
    script.src = address;
    document.head.appendChild(script);
  }

  function findable(form) {
    var input = form.querySelector("input"), list = form.querySelector("ul"), last = "";
    function show(results) {
      list.textContent = "";
      results.forEach(function (each) {
        var item = document.createElement("li"), link = document.createElement("a"), kind = document.createElement("small");
        link.href = each.href;
        link.textContent = each.text + (each.name ? " " + each.name : "");
        kind.textContent = each.word;
        item.append(link, " ", kind);
        list.appendChild(item);
      });
      if (!results.length) {
        var none = document.createElement("li");
        none.textContent = form.getAttribute("data-none");
        list.appendChild(none);
      }
      list.hidden = false;
    }
    function apply() {
      var low = input.value.trim().toLowerCase();
      last = low;
      if (!low) { list.hidden = true; return; }
      ask(form.getAttribute("data-find"), low, function (results) { if (low === last) show(results); });
    }
    function step(event) {
      var links = Array.prototype.slice.call(list.querySelectorAll("a")), place = links.indexOf(document.activeElement);
      if (event.key === "Escape") { input.value = ""; apply(); input.focus(); }
      else if (event.key === "ArrowDown" && links[place + 1]) links[place + 1].focus();
      else if (event.key === "ArrowUp" && place >= 0) (links[place - 1] || input).focus();
      else return;
      event.preventDefault();
    }
    form.hidden = false;
    input.addEventListener("input", apply);
    form.addEventListener("keydown", step);
    form.addEventListener("submit", function (event) {
      event.preventDefault();
      var first = list.hidden ? null : list.querySelector("a");
      if (first) first.click();
    });
  }

  function start(sorts) {
    document.querySelectorAll("form.r-find[hidden]").forEach(findable);
    document.querySelectorAll("section.bt summary").forEach(foldable);
    if (sorts) document.querySelectorAll("section.bt table[data-sort]").forEach(sortable);
    document.querySelectorAll("section.bt [data-filter]").forEach(filterable);
    document.querySelectorAll("section.bt a.r-print").forEach(printable);
    choose();
  }

  window.addEventListener("hashchange", choose);
  globalThis.billtext = { start: start, index: index };

  // Fava sorts by itself, and calls when it has loaded a page.
  if (document.getElementById("ledger-data")) return;
  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", function () { start(true); });
  else start(true);
})();
