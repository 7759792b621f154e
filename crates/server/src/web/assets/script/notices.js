
/* News for the reader: the bell counts by itself, and what was opened is marked as read. */
(function () {
  "use strict";
  var bell = document.querySelector("[data-bell]");
  if (!bell || !window.EventSource) { return; }
  var count = bell.querySelector("[data-bell-count]");
  var word = bell.querySelector("[data-bell-word]");
  document.addEventListener("news", function (event) {
    var none = event.detail === "0";
    count.textContent = none ? "" : event.detail;
    count.hidden = none;
    word.hidden = none;
  });

  /* A page with a live part listens already and passes news on; another listens for the bell alone. */
  var source = null;
  var wait = 4000;
  var timer = 0;
  function stop() { clearTimeout(timer); if (source) { source.close(); source = null; } }
  function start() {
    if (source || document.hidden || document.querySelector("[data-live][id]")) { return; }
    source = new EventSource("/events?news=1");
    source.onopen = function () { wait = 4000; };
    source.addEventListener("news", function (event) {
      document.dispatchEvent(new CustomEvent("news", { detail: event.data }));
    });
    source.onerror = function () {
      stop();
      timer = setTimeout(start, wait * (0.75 + Math.random() / 2));
      wait = Math.min(wait * 2, 60000);
    };
  }
  document.addEventListener("visibilitychange", function () { if (document.hidden) { stop(); } else { start(); } });
  window.addEventListener("pagehide", stop);
  window.addEventListener("pageshow", start);
  start();

  /* Whoever follows a piece of news has read it: its own form is sent along. */
  document.addEventListener("click", function (event) {
    var link = event.target.closest ? event.target.closest("a[data-reads]") : null;
    var form = link && document.getElementById(link.dataset.reads);
    if (!form || !navigator.sendBeacon) { return; }
    var fields = new URLSearchParams(new FormData(form));
    navigator.sendBeacon(form.action, fields);
  });
})();
