// @ts-check
// Filters the tables of the receivables, by the script that the site has too; Fava itself sorts them. In Fava's journal
// and among its documents, an invoice, a credit note and a file of a customer lead to their page here.

/** @type {Promise<unknown> | undefined} */
let script;

/** Below which account the customers are, such as `Assets:Receivable`. */
let receivable = "";

/** Whether the rows are to be looked at again. */
let waiting = false;

/**
 * The address of a page of the extension, with Fava's filters.
 * @param {string} page
 */
function address(page) {
  const url = new URL("../extension/Receivables/", import.meta.url);
  const now = new URL(window.location.href).searchParams;
  for (const name of ["account", "filter", "time"]) {
    const value = now.get(name);
    if (value) url.searchParams.set(name, value);
  }
  url.searchParams.set("page", page);
  return url.href;
}

/**
 * Let a row lead to a page: a small link at the beginning of an element of it, one at most. Fava cuts off its end.
 * @param {Element | null} element
 * @param {string} page none if it is empty
 */
function lead(element, page) {
  if (!element) return;
  const known = element.querySelector(":scope > a.billtext-page");
  if (known instanceof HTMLAnchorElement && known.dataset.page === page) return;
  known?.remove();
  if (!page) return;
  const link = document.createElement("a");
  link.className = "billtext-page";
  link.dataset.page = page;
  link.href = address(page);
  link.textContent = "→";
  link.title = page.slice(page.indexOf("/") + 1);
  link.style.marginRight = "0.5em";
  element.prepend(link);
}

/**
 * The page of a file below `documents/`, if it is filed for a customer.
 * @param {string} file
 */
function page_of_file(file) {
  const start = `/${receivable.replaceAll(":", "/")}/`;
  const at = receivable ? file.replaceAll("\\", "/").lastIndexOf(start) : -1;
  return at < 0 ? "" : `files/${file.slice(at + 1).replaceAll("\\", "/")}`;
}

/** Look at the rows of Fava's page. */
function mark() {
  waiting = false;
  for (const row of document.querySelectorAll(".journal > li.transaction:not([data-billtext])")) {
    row.setAttribute("data-billtext", "");
    for (const key of row.querySelectorAll(":scope > dl.metadata > dt")) {
      const number = key.nextElementSibling?.textContent?.trim();
      if (number && /^(invoice|credit-note):$/.test(key.textContent ?? "")) {
        lead(row.querySelector(":scope > p > .description"), `documents/${number}`);
      }
    }
  }
  for (const row of document.querySelectorAll(".journal > li.document:not([data-billtext])")) {
    row.setAttribute("data-billtext", "");
    const link = row.querySelector("a.filename");
    const file = link instanceof HTMLAnchorElement ? new URL(link.href).searchParams.get("filename") : "";
    lead(row.querySelector(":scope > p > .description"), page_of_file(file ?? ""));
  }
  // Svelte uses the rows of this table again for other files: their title tells of which one they are.
  for (const row of document.querySelectorAll("article tr[title][draggable]")) {
    lead(row.lastElementChild, page_of_file(row.getAttribute("title") ?? ""));
  }
}

export default {
  /** @param {{ api: { get: (endpoint: string, params: object) => Promise<unknown> } }} context */
  async init({ api }) {
    const known = /** @type {{ receivable: string }} */ (await api.get("known", {}));
    receivable = known.receivable;
    const article = document.querySelector("article");
    if (!article) return;
    new MutationObserver(() => {
      if (!waiting) requestAnimationFrame(mark);
      waiting = true;
    }).observe(article, { childList: true, subtree: true, attributes: true, attributeFilter: ["title"] });
  },

  onPageLoad: mark,

  onExtensionPageLoad() {
    // Who comes back to a form that was refused, or loads it again, gets the form; a browser would want to send it again.
    // Fava hears of it, and marks our entry of the sidebar.
    const now = new URL(window.location.href);
    if (now.pathname.endsWith("/extension/Receivables/act")) {
      now.pathname = now.pathname.slice(0, -"act".length);
      window.history.replaceState(window.history.state, "", now);
    }
    script ??= import(new URL("../extension/Receivables/script", import.meta.url).href);
    script.then(() => globalThis.billtext.start(false));
  },
};
