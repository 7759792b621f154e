/* Similar requests, shown while somebody writes. */
(function () {
  "use strict";
  var box = document.querySelector("[data-similar]");
  var form = box && box.closest("form");
  if (!form || !window.fetch || !window.DOMParser) { return; }
  var timer = 0;
  var last = "";
  var asked = 0;

  function value(name) {
    var field = form.elements[name];
    return field && field.value ? String(field.value) : "";
  }
  function wanted() {
    var text = value("text").trim();
    var category = value("category");
    if (!value("area") || !category && Array.from(text).length < 4) { return ""; }
    return ["area", "category", "text", "csrf"].map(function (name) {
      return name + "=" + encodeURIComponent(name === "text" ? text : value(name));
    }).join("&");
  }
  /* What the server drew is taken over as elements, and only when it changed: a reader at it is not disturbed. */
  function show(text) {
    if (box.dataset.shown === text) { return; }
    box.dataset.shown = text;
    var drawn = new DOMParser().parseFromString(text, "text/html").body;
    while (box.firstChild) { box.removeChild(box.firstChild); }
    while (drawn.firstChild) { box.appendChild(document.importNode(drawn.removeChild(drawn.firstChild), true)); }
  }
  function look() {
    var body = wanted();
    if (body === last) { return; }
    last = body;
    if (!body) { show(""); return; }
    asked += 1;
    var mine = asked;
    fetch("/requests/similar", {
      method: "POST", credentials: "same-origin", body: body,
      headers: { "Content-Type": "application/x-www-form-urlencoded", Accept: "text/html" }
    }).then(function (answer) {
      return answer.ok ? answer.text() : "";
    }).then(function (text) {
      if (mine === asked) { show(text.trim()); }
    }).catch(function () { last = ""; });
  }
  function later() { clearTimeout(timer); timer = setTimeout(look, 700); }
  form.addEventListener("input", later);
  form.addEventListener("change", later);
  later();
}());
