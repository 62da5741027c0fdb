// Shows the note with the way to the pages without script to browsers that cannot run the application.
// Plain script of the year 2010 on purpose: it must run where nothing else does.
(function () {
  function note() {
    var app = document.getElementById("app"), old = document.getElementById("old-browser");
    if (app && old) { app.hidden = true; app.style.display = "none"; old.hidden = false; old.removeAttribute("hidden"); }
  }
  // The module holds references to the page's objects, which WebAssembly has had since 2021: this is one function that returns such a one.
  function knowsReferences() {
    return WebAssembly.validate(new Uint8Array([0, 97, 115, 109, 1, 0, 0, 0, 1, 5, 1, 96, 0, 1, 111]));
  }
  var able = typeof WebAssembly === "object" && typeof Promise === "function" && "noModule" in document.createElement("script") && knowsReferences();
  // A page that is left must end, not sleep in the browser's memory: asleep while it opens the queue of edits it locks the queue for
  // every later page, and after a log-out its content would be one step back away. Pages that listen for their end are not put to sleep.
  if (window.addEventListener) { window.addEventListener("unload", function () {}); }
  if (!able) { document.addEventListener ? document.addEventListener("DOMContentLoaded", note) : window.attachEvent("onload", note); }
})();
