/* What Material for MkDocs puts after its switch of colours, from partials/javascripts/palette.html: the colours that the
   reader chose, before the page is seen. */
(function () {
  var palette = __md_get("__palette");
  if (!palette || !palette.color) return;
  if (palette.color.media === "(prefers-color-scheme)") {
    var light = matchMedia("(prefers-color-scheme: light)");
    var scheme = light.matches ? "light" : "dark";
    var input = document.querySelector("[data-md-color-media='(prefers-color-scheme: " + scheme + ")']");
    ["media", "scheme", "primary", "accent"].forEach(function (name) {
      palette.color[name] = input.getAttribute("data-md-color-" + name);
    });
  }
  Object.entries(palette.color).forEach(function (pair) {
    document.body.setAttribute("data-md-color-" + pair[0], pair[1]);
  });
})();
