/* What script adds to pages that work without it. Plain ES2015; one table of words for both languages. */
(function () {
  "use strict";
  var root = document.documentElement;
  var chinese = root.lang.slice(0, 2) === "zh";
  var words = chinese ? {
    left: "还可以写 {n} 个字", over: "多了 {n} 个字，请删短一些", restored: "已经恢复您上次没写完的内容。", discard: "清空重写",
    offline: "没有网络。您写的内容会留在这部手机里，有网后再提交。", online: "网络恢复了。", updated: "有更新，点此刷新",
    signIn: "登录已过期，请重新登录。", sending: "正在提交…",
    keysOff: "关掉快捷键", keysOn: "打开快捷键",
    now: "刚刚", minutesAgo: "{n} 分钟前", hoursAgo: "{n} 小时前", daysAgo: "{n} 天前",
    minutesLeft: "还有 {n} 分钟", hoursLeft: "还有 {n} 小时", daysLeft: "还有 {n} 天",
    minutesLate: "已超 {n} 分钟", hoursLate: "已超 {n} 小时", daysLate: "已超 {n} 天", open: "（", shut: "）"
  } : {
    left: "{n} characters left", over: "{n} characters too many", restored: "We kept what you wrote last time.", discard: "Start afresh",
    offline: "No network. What you wrote stays on this phone; submit it when you are back online.", online: "You are back online.",
    updated: "There is news: press to refresh", signIn: "You have been signed out. Please sign in again.", sending: "Sending…",
    keysOff: "Turn shortcuts off", keysOn: "Turn shortcuts on",
    now: "just now", minutesAgo: "{n} min ago", hoursAgo: "{n} h ago", daysAgo: "{n} days ago",
    minutesLeft: "{n} min left", hoursLeft: "{n} h left", daysLeft: "{n} days left",
    minutesLate: "{n} min late", hoursLate: "{n} h late", daysLate: "{n} days late", open: " (", shut: ")"
  };

  function say(key, n) { return words[key].replace("{n}", n); }
  function all(selector, within) { return Array.prototype.slice.call((within || document).querySelectorAll(selector)); }
  function make(tag, name, text) {
    var node = document.createElement(tag);
    if (name) { node.className = name; }
    if (text) { node.textContent = text; }
    return node;
  }
  function recall(key) { try { return localStorage.getItem(key); } catch (e) { return null; } }
  function keep(key, value) {
    try { if (value === null) { localStorage.removeItem(key); } else { localStorage.setItem(key, value); } } catch (e) { return; }
  }
  function typing(node) { return node && /^(INPUT|TEXTAREA|SELECT)$/.test(node.tagName) && !/^(radio|checkbox|button|submit)$/.test(node.type); }

  /* Times: the page's absolute time stays, a relative one stands beside it, by the server's clock. */
  var skew = root.dataset.now ? Date.parse(root.dataset.now) - Date.now() : 0;
  function ago(at, due) {
    var minutes = Math.round((at - Date.now() - skew) / 60000);
    var size = Math.abs(minutes);
    var end = minutes > 0 ? "Left" : due ? "Late" : "Ago";
    if (size < 1) { return words.now; }
    if (size < 60) { return say("minutes" + end, size); }
    if (size < 2880) { return say("hours" + end, Math.floor(size / 60)); }
    return say("days" + end, Math.floor(size / 1440));
  }
  function times(within) {
    all("time[data-relative]", within).forEach(function (time) {
      var at = Date.parse(time.getAttribute("datetime"));
      if (isNaN(at)) { return; }
      var beside = time.querySelector(".ago") || time.appendChild(make("span", "ago"));
      beside.textContent = words.open + ago(at, time.dataset.relative === "due") + words.shut;
    });
  }

  /* Text counters count characters as people do, not UTF-16 units. */
  function counters(within) {
    all("[data-max]", within).forEach(function (box) {
      if (box.dataset.counted) { return; }
      box.dataset.counted = "1";
      var max = Number(box.dataset.max);
      var line = document.getElementById(box.dataset.count) || box.parentNode.appendChild(make("p", "hint"));
      function show() {
        var left = max - Array.from(box.value).length;
        line.textContent = left < 0 ? say("over", -left) : say("left", left);
        line.classList.toggle("error", left < 0);
        if (left < 20) { line.setAttribute("aria-live", "polite"); } else { line.removeAttribute("aria-live"); }
      }
      box.addEventListener("input", show);
      show();
    });
  }

  function recount(within) {
    all("[data-counted]", within).forEach(function (box) { box.dispatchEvent(new Event("input")); });
  }

  /* Drafts outlive a lost connection; the server names the finished draft on the next page. */
  var week = 7 * 24 * 3600 * 1000;
  function fields(form) {
    return Array.prototype.filter.call(form.elements, function (field) {
      return field.name && !/^(hidden|password|file|submit|button)$/.test(field.type) &&
        field.autocomplete !== "one-time-code" && !field.hasAttribute("data-no-draft");
    });
  }
  function remember(form) {
    var kept = fields(form).map(function (field) {
      var choice = field.type === "radio" || field.type === "checkbox";
      return choice ? (field.checked ? [field.name, field.value, 1] : null) : (field.value ? [field.name, field.value, 0] : null);
    }).filter(Boolean);
    keep("draft:" + form.dataset.draft, kept.length ? JSON.stringify({ at: Date.now(), kept: kept }) : null);
  }
  function restore(form) {
    var key = "draft:" + form.dataset.draft;
    var draft = null;
    try { draft = JSON.parse(recall(key)); } catch (e) { keep(key, null); }
    if (!draft || !draft.kept || Date.now() - draft.at > week) { return; }
    var some = false;
    draft.kept.forEach(function (entry) {
      fields(form).forEach(function (field) {
        if (field.name !== entry[0]) { return; }
        if (entry[2]) {
          var taken = all("input[name='" + field.name + "']:checked", form).length;
          if (field.value === entry[1] && !taken) { field.checked = true; some = true; }
        } else if (field.tagName !== "SELECT" && !field.value && !field.defaultValue) { field.value = entry[1]; some = true; }
      });
    });
    if (!some) { return; }
    recount(form);
    var note = make("div", "notice no-print");
    note.setAttribute("role", "status");
    var text = note.appendChild(make("div", "", words.restored + " "));
    var button = text.appendChild(make("button", "button button-quiet button-small", words.discard));
    button.type = "button";
    button.addEventListener("click", function () {
      keep(key, null);
      form.reset();
      note.parentNode.removeChild(note);
      recount(form);
    });
    form.insertBefore(note, form.firstChild);
  }
  function drafts(within) {
    all("[data-draft-done]").forEach(function (node) { keep("draft:" + node.dataset.draftDone, null); });
    all("form[data-draft]", within).forEach(function (form) {
      if (form.dataset.kept) { return; }
      form.dataset.kept = "1";
      restore(form);
      form.addEventListener("input", function () { remember(form); });
      form.addEventListener("change", function () { remember(form); });
    });
  }

  /* A form goes out once. Without network it stays, with its draft. */
  document.addEventListener("submit", function (event) {
    var form = event.target;
    if (event.defaultPrevented || form.method === "dialog") { return; }
    if (form.dataset.sent || form.dataset.busy) { event.preventDefault(); return; }
    if (form.method === "post" && navigator.onLine === false) {
      event.preventDefault();
      banner();
      return;
    }
    form.dataset.sent = "1";
    all("button.button:not([type=button])", form).forEach(function (button) {
      button.setAttribute("aria-disabled", "true");
    });
    if (form.method === "post") { tell(words.sending); }
  });
  window.addEventListener("pageshow", function (event) {
    if (!event.persisted) { return; }
    all("form[data-sent]").forEach(function (form) {
      delete form.dataset.sent;
      all("[aria-disabled]", form).forEach(function (button) { button.removeAttribute("aria-disabled"); });
    });
  });

  /* One quiet voice for screen readers, one band for the network. */
  var voice = null;
  function tell(text) {
    if (!voice) {
      voice = document.body.appendChild(make("p", "sr"));
      voice.setAttribute("role", "status");
    }
    voice.textContent = text;
  }
  var band = null;
  function banner() {
    // For work outdoors another script says more than this.
    if (navigator.onLine === false && !document.querySelector("[data-strip]")) {
      if (!band) {
        band = make("div", "notice notice-warn band no-print", words.offline);
        band.setAttribute("role", "status");
        var main = document.querySelector("main");
        main.insertBefore(band, main.firstChild);
      }
    } else if (band) {
      band.parentNode.removeChild(band);
      band = null;
      tell(words.online);
    }
  }
  window.addEventListener("online", banner);
  window.addEventListener("offline", banner);

  /* Live parts: the server says "changed", the same page is asked for again and its parts replaced. */
  function editing(part) {
    return all("form", part).some(function (form) {
      return form.contains(document.activeElement) && typing(document.activeElement) || Array.prototype.some.call(form.elements, function (field) {
        if (field.type === "hidden" || field.type === "submit") { return false; }
        if (field.type === "radio" || field.type === "checkbox") { return field.checked !== field.defaultChecked; }
        if (field.tagName === "SELECT") { return false; }
        return field.value !== undefined && field.defaultValue !== undefined && field.value !== field.defaultValue;
      });
    });
  }
  function swap(part, fresh) {
    var active = part.contains(document.activeElement) ? document.activeElement : null;
    var id = active && active.id;
    var href = active && active.getAttribute("href");
    var opened = all("details[open][id]", part).map(function (node) { return node.id; });
    var scroll = window.pageYOffset;
    part.parentNode.replaceChild(fresh, part);
    opened.forEach(function (name) {
      var node = document.getElementById(name);
      if (node) { node.open = true; }
    });
    var again = id ? document.getElementById(id) : href ? all("a[href]", fresh).filter(function (a) { return a.getAttribute("href") === href; })[0] : null;
    if (again) { again.focus(); }
    window.scrollTo(0, scroll);
    dress(fresh);
    document.dispatchEvent(new Event("swapped"));
  }
  function offer(part, fresh) {
    var old = part.querySelector("[data-offer]");
    if (old) { old.parentNode.removeChild(old); }
    var note = make("div", "notice band no-print");
    note.setAttribute("role", "status");
    note.dataset.offer = "1";
    var button = note.appendChild(make("button", "button button-small", words.updated));
    button.type = "button";
    button.addEventListener("click", function () { swap(part, fresh); });
    part.insertBefore(note, part.firstChild);
  }
  function refresh() {
    fetch(location.href, { credentials: "same-origin", headers: { Accept: "text/html" } }).then(function (answer) {
      if (answer.redirected) { tell(words.signIn); return null; }
      return answer.ok ? answer.text() : null;
    }).then(function (text) {
      if (!text) { return; }
      var page = new DOMParser().parseFromString(text, "text/html");
      if (page.title) { document.title = page.title; }
      all("[data-live][id]").forEach(function (part) {
        var fresh = page.getElementById(part.id);
        if (!fresh) { return; }
        fresh = document.importNode(fresh, true);
        if (editing(part)) { offer(part, fresh); } else { swap(part, fresh); }
      });
    }).catch(function () { return null; });
  }
  function live() {
    var part = document.querySelector("[data-live][id]");
    if (!part || !window.EventSource || !window.fetch || !window.DOMParser) { return; }
    var url = part.dataset.live;
    var source = null;
    var wait = 2000;
    var missed = false;
    var timer = 0;
    var soon = 0;
    function later() { clearTimeout(soon); soon = setTimeout(refresh, 300 + Math.random() * 500); }
    function stop() { clearTimeout(timer); if (source) { source.close(); source = null; } }
    function start() {
      if (source || document.hidden) { return; }
      source = new EventSource(url);
      source.onopen = function () { wait = 2000; if (missed) { missed = false; later(); } };
      source.addEventListener("changed", later);
      source.addEventListener("news", function (event) { document.dispatchEvent(new CustomEvent("news", { detail: event.data })); });
      source.onerror = function () {
        missed = true;
        stop();
        timer = setTimeout(start, wait * (0.75 + Math.random() / 2));
        wait = Math.min(wait * 2, 60000);
      };
    }
    document.addEventListener("visibilitychange", function () {
      if (document.hidden) { missed = true; stop(); } else { start(); }
    });
    window.addEventListener("pagehide", stop);
    window.addEventListener("pageshow", start);
    start();
  }

  /* Keys for those who sit at a desk all day; they can be turned off. */
  function keys() {
    var help = document.getElementById("keys");
    var off = recall("keys") === "off";
    function rows() { return all("[data-row]").map(function (row) { return row.matches("a") ? row : row.querySelector("a[href]"); }).filter(Boolean); }
    if (help) {
      var button = make("button", "button button-quiet button-small", off ? words.keysOn : words.keysOff);
      button.type = "button";
      button.addEventListener("click", function () {
        off = !off;
        keep("keys", off ? "off" : null);
        button.textContent = off ? words.keysOn : words.keysOff;
      });
      help.appendChild(button);
    }
    document.addEventListener("keydown", function (event) {
      if (off || event.ctrlKey || event.altKey || event.metaKey || event.isComposing) { return; }
      if (typing(document.activeElement)) { if (event.key === "Escape") { document.activeElement.blur(); } return; }
      var list = rows();
      if ((event.key === "j" || event.key === "k") && list.length) {
        var here = list.findIndex(function (link) { return link === document.activeElement; });
        if (here < 0) { here = list.findIndex(function (link) { return link.closest("[aria-current]"); }); }
        var next = event.key === "j" ? Math.min(here + 1, list.length - 1) : Math.max(here - 1, 0);
        list[next].focus();
        event.preventDefault();
      } else if (event.key === "/") {
        var search = document.querySelector("[data-search]");
        if (search) { search.focus(); search.select(); event.preventDefault(); }
      } else if (event.key === "?" && help) {
        help.open = !help.open;
        if (help.open) { help.querySelector("summary").focus(); }
        event.preventDefault();
      }
    });
  }

  function dress(within) {
    times(within);
    counters(within);
    drafts(within);
    all("[data-print]", within).forEach(function (button) {
      button.hidden = false;
      button.onclick = function () { window.print(); };
    });
  }

  dress(document);
  keys();
  live();
  banner();
  setInterval(function () { times(document); }, 60000);
  /* A link to something folded opens it. */
  var target = location.hash && document.getElementById(location.hash.slice(1));
  if (target && target.tagName === "DETAILS") { target.open = true; }
  var summary = document.querySelector("[data-focus]");
  if (summary) { summary.focus(); }
}());
