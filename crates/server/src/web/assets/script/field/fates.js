/* What waits and what came of it: in the head of every page, on today's list, and on a page of its own. */
function makeFates(store, queue, me, send) {
  var reach = "";
  var editing = 0;
  /* Words that a person wrote, and may change. */
  var WRITTEN = ["text", "note", "place", "name", "phone"];

  function isOpen(deed) { return deed.state !== "done"; }
  function count(deeds, state) { return deeds.filter(function (deed) { return deed.state === state; }).length; }

  function strip(deeds) {
    var node = document.querySelector("[data-strip]");
    if (!node) { return; }
    var waiting = count(deeds, "waiting");
    var refused = count(deeds, "refused");
    var parts = [];
    if (waiting) { parts.push(say("waiting", waiting)); }
    if (refused) { parts.push(say("refused", refused)); }
    if (queue.sending()) { parts.push(words.sending); }
    else if (waiting && reach === "signedOut") { parts.push(words.signedOut); }
    else if (waiting && reach === "offline") { parts.push(words.noNetwork); }
    if (!parts.length && navigator.onLine === false) { parts.push(words.without); }
    var text = parts.join(root.lang.slice(0, 2) === "zh" ? "，" : ", ");
    if (node.dataset.text !== text) {
      node.dataset.text = text;
      node.textContent = "";
      node.appendChild(icon(refused ? "i-warn" : "i-send"));
      node.appendChild(make("span", "", text));
    }
    node.dataset.waiting = String(waiting);
    node.dataset.refused = String(refused);
    node.hidden = !text;
  }

  /* What was done once and waits is not offered again: it says so in its place. Photos and questions may
     be many. */
  function markQueued(form, ours) {
    var path = form.getAttribute("action");
    var isOnce = !/\/(photos|question)$/.test(path);
    var queued = ours.filter(function (deed) { return isOnce && deed.path === path && deed.state === "waiting"; })[0];
    var box = form.closest(".do") || form;
    form.hidden = Boolean(queued);
    if (box === form) { return; }
    box.hidden = Boolean(queued) && !box.querySelector("[data-said]");
    if (!queued) { return; }
    var row = make("p", "row");
    row.dataset.queued = "1";
    var status = row.appendChild(make("span", "status is-paused"));
    status.appendChild(icon("s-paused"));
    status.appendChild(document.createTextNode(queued.label + words.inQueue));
    box.parentNode.insertBefore(row, box);
  }

  /* On today's list: which requests have something that waits. */
  function rows(deeds) {
    all("[data-queued]").forEach(function (node) { node.parentNode.removeChild(node); });
    var open = deeds.filter(isOpen);
    all("[data-row]").forEach(function (row) {
      var link = row.querySelector("a[href^='/requests/']");
      var place = row.querySelector(".row");
      var mine = link && place && open.filter(function (deed) { return "/requests/" + deed.about === link.getAttribute("href"); });
      if (!mine || !mine.length) { return; }
      var bad = count(mine, "refused") > 0;
      var status = place.appendChild(make("span", "status " + (bad ? "is-overdue" : "is-paused")));
      status.dataset.queued = "1";
      status.appendChild(icon(bad ? "s-overdue" : "s-paused"));
      status.appendChild(document.createTextNode(bad ? words.stateRefused : words.stateWaiting));
    });
    var here = /^\/requests\/([0-9A-Za-z]{13})$/.exec(location.pathname);
    var ours = here && open.filter(function (deed) { return deed.about === here[1]; });
    var main = document.querySelector("main");
    all("main form[action]").forEach(function (form) { markQueued(form, ours || []); });
    if (!ours || !ours.length || !main) { return; }
    var note = make("div", "notice notice-warn no-print");
    note.dataset.queued = "1";
    note.appendChild(icon("i-send"));
    var text = note.appendChild(make("div")).appendChild(make("p", "", words.queued));
    var link = text.appendChild(make("a", "", ours.map(function (deed) { return deed.label; }).join(root.lang.slice(0, 2) === "zh" ? "、" : ", ")));
    link.href = "/waiting";
    main.insertBefore(note, main.firstChild);
  }

  function written(deed) {
    return deed.fields.filter(function (field) { return WRITTEN.indexOf(field[0]) >= 0; });
  }
  function status(deed, deeds) {
    if (deed.state === "done") { return ["is-done", "s-done", words.stateDone]; }
    if (deed.state === "refused") { return ["is-overdue", "s-overdue", words.stateRefused]; }
    if (queue.sending() === deed.seq) { return ["is-doing", "s-doing", words.stateSending]; }
    if (queue.isHeld(deed, deeds)) { return ["is-paused", "s-paused", words.stateHeld]; }
    return ["is-pending", "s-pending", words.stateWaiting];
  }
  function why(deed) {
    if (deed.code === "page_asks") { return words.asks; }
    var known = words.why[deed.status >= 500 ? 500 : deed.status];
    return known || words.whyElse;
  }

  function item(deed, deeds) {
    var how = status(deed, deeds);
    var row = make("li", "item " + how[0]);
    row.dataset.fate = deed.state;
    row.appendChild(icon("i-send"));
    var body = row.appendChild(make("div"));
    body.appendChild(make("h3", "", deed.label));
    if (deed.title && deed.title !== deed.label) { body.appendChild(make("p", "", deed.title)); }
    var said = deed.fields.filter(function (field) { return (field[0] === "text" || field[0] === "note" || field[0] === "preset") && field[1]; });
    said.forEach(function (field) { body.appendChild(make("p", "quiet", "“" + field[1] + "”")); });
    var photos = deed.files.length || deed.count;
    if (photos) { body.appendChild(make("p", "quiet", say("photos", photos))); }
    var line = body.appendChild(make("div", "row"));
    var shown = line.appendChild(make("span", "status " + how[0]));
    shown.appendChild(icon(how[1]));
    shown.appendChild(document.createTextNode(how[2]));
    if (deed.state === "refused") { refusal(deed, body); }
    if (queue.isHeld(deed, deeds) && deed.state === "waiting") { body.appendChild(make("p", "", words.heldWhy)); }
    if (deed.state !== "done" && queue.sending() !== deed.seq) { body.appendChild(choices(deed)); }
    if (deed.state === "done" && deed.location) { body.appendChild(make("p")).appendChild(link(deed.location, words.open)); }
    return row;
  }
  function link(path, text) {
    var node = make("a", "", text);
    node.href = path;
    return node;
  }
  function refusal(deed, body) {
    var note = body.appendChild(make("div", "notice notice-bad"));
    note.appendChild(icon("i-warn"));
    var text = note.appendChild(make("div"));
    if (deed.sentence) { text.appendChild(make("p")).appendChild(make("b", "", deed.sentence)); }
    (deed.errors || []).forEach(function (error) {
      if (error.reason !== deed.sentence) { text.appendChild(make("p", "", error.reason)); }
    });
    text.appendChild(make("p", "", why(deed)));
  }
  function choices(deed) {
    var line = make("div", "row");
    if (deed.about) {
      var open = line.appendChild(link("/requests/" + deed.about, words.open));
      open.className = "button button-small button-quiet";
    }
    if (deed.state === "refused") {
      if (written(deed).length && !deed.unsure) {
        line.appendChild(button(words.edit, "", function () { editing = deed.seq; render(); }));
      }
      if (deed.code === "page_asks") {
        line.appendChild(button(words.separate, "button-quiet", function () {
          queue.retry(deed.seq, deed.fields.concat([["separate", "1"]])).then(send);
        }));
      } else {
        line.appendChild(button(words.again, "button-quiet", function () { queue.retry(deed.seq).then(send); }));
      }
    }
    line.appendChild(button(words.discard, "button-bad", function () {
      if (window.confirm(words.discardSure)) { store.remove(deed.seq).then(send); }
    }));
    return line;
  }
  /* Mended words are another deed: they go under a key of their own. */
  function editor(deed) {
    var box = make("li", "item");
    var form = box.appendChild(make("div", "form"));
    form.appendChild(make("h3", "", deed.label));
    if (deed.sentence) { form.appendChild(make("p", "error", deed.sentence)); }
    var inputs = written(deed).map(function (field) {
      var part = form.appendChild(make("div", "field"));
      var label = part.appendChild(make("label", "", words[field[0]]));
      var isLong = field[0] === "text" || field[0] === "note";
      var input = part.appendChild(make(isLong ? "textarea" : "input", "input"));
      label.htmlFor = input.id = "mend-" + field[0];
      input.value = field[1];
      return [field[0], input];
    });
    form.appendChild(button(words.save, "", function () {
      var fields = deed.fields.map(function (field) {
        var found = inputs.filter(function (pair) { return pair[0] === field[0]; })[0];
        return found ? [field[0], found[1].value] : field;
      });
      editing = 0;
      queue.retry(deed.seq, fields, freshKey()).then(send);
    }));
    return box;
  }

  function outbox(deeds) {
    var place = document.getElementById("outbox");
    if (!place || editing && place.querySelector("textarea, input")) { return; }
    var none = place.querySelector("[data-none]");
    all("[data-made]", place).forEach(function (node) { place.removeChild(node); });
    none.hidden = deeds.length > 0;
    if (!deeds.length) { return; }
    var waiting = count(deeds, "waiting");
    var refused = count(deeds, "refused");
    var said = place.appendChild(make("p", "", waiting ? say("heldHere", waiting) : refused ? say("refused", refused) : words.allArrived));
    said.dataset.made = "1";
    var bar = place.appendChild(make("div", "row"));
    bar.dataset.made = "1";
    if (reach === "signedOut") {
      var sign = bar.appendChild(link("/sign-in?next=/waiting", words.signIn));
      sign.className = "button";
    }
    if (waiting) {
      var retry = bar.appendChild(button(words.retry, "button-main", send));
      retry.dataset.retry = "1";
    }
    if (count(deeds, "done")) {
      bar.appendChild(button(words.clear, "button-quiet", function () {
        Promise.all(deeds.filter(function (deed) { return !isOpen(deed); }).map(function (deed) { return store.remove(deed.seq); })).then(render);
      }));
    }
    if (reach === "offline" && count(deeds, "waiting")) { bar.appendChild(make("span", "quiet", words.noNetwork)); }
    var heading = place.appendChild(make("h2", "sr", words.list));
    heading.dataset.made = "1";
    var list = place.appendChild(make("ul", "items"));
    list.dataset.made = "1";
    deeds.forEach(function (deed) {
      list.appendChild(editing === deed.seq ? editor(deed) : item(deed, deeds));
    });
  }

  function render(why) {
    if (typeof why === "string") { reach = why; }
    return store.all(me).then(function (deeds) {
      strip(deeds);
      rows(deeds);
      outbox(deeds);
      return deeds;
    }).catch(function () { return []; });
  }
  return { render: render };
}

/* A key that was never used, as the server makes them for its forms. */
function freshKey() {
  var letters = "ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnpqrstuvwxyz23456789";
  var bytes = new Uint8Array(20);
  window.crypto.getRandomValues(bytes);
  return Array.prototype.map.call(bytes, function (byte) { return letters[byte % letters.length]; }).join("");
}
