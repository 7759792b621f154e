/* Copies of pages that a phone keeps for work without a network go when somebody else signs in on it, or
   when their reader has no such work any more. What they did and did not send yet stays, for them alone. */
(function () {
  "use strict";
  var me = document.documentElement.dataset.person;
  var owner = null;
  try { owner = localStorage.getItem("field"); } catch (e) { return; }
  // Whoever works outdoors has a script of their own, which sees to it.
  if (!owner || !me || !window.indexedDB || document.querySelector("[data-strip]")) { return; }
  var request = indexedDB.open("wuwei", 1);
  request.onupgradeneeded = function () { request.transaction.abort(); };
  request.onerror = function (event) { event.preventDefault(); };
  request.onsuccess = function () {
    var base = request.result;
    var act = base.transaction(["pages", "about"], "readwrite");
    act.objectStore("pages").clear();
    act.objectStore("about").clear();
    act.oncomplete = function () {
      base.close();
      try { localStorage.removeItem("field"); } catch (e) { return; }
    };
  };
}());
