// Shows the note for browsers that cannot run the application, and for a module that does not load.
// Plain script of the year 2010 on purpose: it must run where nothing else does.
(function () {
  function note() {
    var app = document.getElementById("app"), old = document.getElementById("old-browser");
    if (app && old) { app.hidden = true; app.style.display = "none"; old.hidden = false; old.removeAttribute("hidden"); }
  }
  var able = typeof WebAssembly === "object" && typeof Promise === "function" && "noModule" in document.createElement("script");
  // A page that is left must end, not sleep in the browser's memory: asleep while it opens the queue of edits it locks the queue for
  // every later page, and after a log-out its content would be one step back away. Pages that listen for their end are not put to sleep.
  if (window.addEventListener) { window.addEventListener("unload", function () {}); }
  if (!able) { document.addEventListener ? document.addEventListener("DOMContentLoaded", note) : window.attachEvent("onload", note); }
})();
