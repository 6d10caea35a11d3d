// @ts-check
// Filters the tables of the receivables, by the script that the site has too; Fava itself sorts them.

/** @type {Promise<unknown> | undefined} */
let script;

export default {
  onExtensionPageLoad() {
    script ??= import(new URL("../extension/Receivables/script", import.meta.url).href);
    script.then(() => globalThis.billtext.start(false));
  },
};
