/* Where the page, the queue and the copies meet. A browser that cannot keep anything is left alone: its
   forms go as forms do. */
(function () {
  var me = root.dataset.person;
  if (!me || !window.indexedDB || !window.fetch || !window.FormData || !FormData.prototype.forEach || !window.Promise) { return; }
  var isCopy = Boolean(root.dataset.stored);
  var skew = root.dataset.now && !isCopy ? Date.parse(root.dataset.now) - Date.now() : 0;
  var store = openStore(window.indexedDB);
  var csrf = "";
  var SEND_WITHIN = 120000;
  var LOOK_EVERY = 30000;
  /* For how long the reader of a form waits for its fate before it is told that it is kept. */
  var PATIENCE = 12000;

  /* --- The server ------------------------------------------------------------------------------- */

  function asked(path, init, within) {
    var control = window.AbortController ? new AbortController() : null;
    if (control) { init.signal = control.signal; }
    init.credentials = "same-origin";
    var timer = 0;
    var late = new Promise(function (resolve, reject) {
      timer = setTimeout(function () { if (control) { control.abort(); } reject(new Error("too late")); }, within);
    });
    return Promise.race([late, fetch(path, init)]).then(function (answer) { clearTimeout(timer); return answer; },
      function (error) { clearTimeout(timer); throw error; });
  }
  function ask() {
    return asked("/session-state", { headers: { Accept: "application/json" } }, 15000).then(function (answer) {
      if (!answer.ok) { throw new Error("no session state"); }
      return answer.json();
    }).then(function (state) {
      if (state.person === me) { csrf = state.csrf; }
      return state;
    });
  }
  /* Sends a deed as its form would have been sent. */
  function post(deed, proof) {
    var body;
    var headers = { Accept: "application/json" };
    if (deed.multi) {
      body = new FormData();
      deed.fields.concat([["key", deed.key], ["csrf", proof]]).forEach(function (field) { body.append(field[0], field[1]); });
      deed.files.forEach(function (file) { body.append(file.field, new Blob([file.bytes], { type: file.type }), file.name); });
    } else {
      headers["Content-Type"] = "application/x-www-form-urlencoded;charset=UTF-8";
      body = deed.fields.concat([["key", deed.key], ["csrf", proof]]).map(function (field) {
        return encodeURIComponent(field[0]) + "=" + encodeURIComponent(field[1]);
      }).join("&");
    }
    return asked(deed.path, { method: "POST", headers: headers, body: body }, SEND_WITHIN).then(function (answer) {
      return answer.text().then(function (text) {
        var told = null;
        try { told = JSON.parse(text); } catch (e) { told = null; }
        return { status: answer.status, body: told };
      });
    });
  }

  var queue = makeQueue({ store: store, person: me, ask: ask, send: post, tell: function () { fates.render(); } });
  var fates = makeFates(store, queue, me, function () { return go(); });
  var copies = makeCopies(store, me, function () { return Date.now() + skew; });

  /* --- When to send ----------------------------------------------------------------------------- */

  var timer = 0;
  var wait = 2000;
  var last = "";
  function go() {
    clearTimeout(timer);
    return store.all(me).then(function (before) {
      var open = before.filter(function (deed) { return deed.state === "waiting"; });
      if (!open.length) { return fates.render("").then(function () { return "idle"; }); }
      return queue.run().then(function (why) {
        last = why;
        return fates.render(why).then(function (deeds) {
          arrived(open, deeds);
          plan(why, deeds);
          return why;
        });
      });
    });
  }
  function plan(why, deeds) {
    clearTimeout(timer);
    if (why === "idle") { wait = 2000; return; }
    if (deeds.some(function (deed) { return deed.state === "waiting"; })) {
      timer = setTimeout(go, wait);
      wait = Math.min(wait * 2, LOOK_EVERY);
    }
  }
  /* What arrived has changed its request: the copies are taken anew, and old fates forgotten. */
  function arrived(open, deeds) {
    var done = {};
    deeds.forEach(function (deed) { if (deed.state === "done") { done[deed.seq] = true; } });
    var fresh = open.filter(function (deed) { return done[deed.seq]; });
    if (!fresh.length) { return; }
    if (isCopy) { offerBack(); }
    var paths = fresh.map(function (deed) { return "/requests/" + deed.about; });
    copies.take(["/inbox"].concat(paths.filter(function (path, place) { return isKept(path) && paths.indexOf(path) === place; })));
    Object.keys(done).slice(0, -20).forEach(function (seq) { store.remove(Number(seq)); });
  }
  function soon() { wait = 2000; go(); }
  window.addEventListener("online", soon);
  window.addEventListener("offline", function () { fates.render(); });
  window.addEventListener("pageshow", function (event) { if (event.persisted) { soon(); } });
  document.addEventListener("visibilitychange", function () { if (!document.hidden) { soon(); } });
  setInterval(function () { if (!document.hidden) { go(); } }, LOOK_EVERY);

  /* --- A form ----------------------------------------------------------------------------------- */

  var pressed = null;
  document.addEventListener("click", function (event) {
    pressed = event.target.closest ? event.target.closest("button, input[type=submit]") : null;
  }, true);

  function nounOf(form) {
    var found = /^\/requests(?:\/([0-9A-Za-z]{13})\/([a-z-]+))?$/.exec(form.getAttribute("action") || "");
    return form.method === "post" && found && found[2] !== "phone-reveal" ? found : null;
  }
  function notice(form, kind, lines, links) {
    all("[data-said]", form.parentNode).forEach(function (node) { node.parentNode.removeChild(node); });
    var box = make("div", "notice " + kind);
    box.dataset.said = "1";
    box.setAttribute("role", kind === "notice-bad" ? "alert" : "status");
    box.tabIndex = -1;
    box.appendChild(icon(kind === "notice-bad" ? "i-warn" : "i-tick"));
    var text = box.appendChild(make("div"));
    lines.forEach(function (line) {
      var part = text.appendChild(make("p"));
      if (line[1]) { part.appendChild(make("a", "", line[0])).href = line[1]; } else { part.textContent = line[0]; }
    });
    if (links) {
      var row = text.appendChild(make("p", "row"));
      links.forEach(function (one) {
        row.appendChild(make("a", "button button-small button-quiet", one[0])).href = one[1];
      });
    }
    form.parentNode.insertBefore(box, form);
    box.focus();
    return box;
  }
  function fileOf(field, file) {
    return new Promise(function (resolve, reject) {
      var reader = new FileReader();
      reader.onerror = function () { reject(reader.error); };
      reader.onload = function () { resolve({ field: field, name: file.name, type: file.type, bytes: reader.result }); };
      reader.readAsArrayBuffer(file);
    });
  }
  /* The deed that a form asks for, with its photos. */
  function deedOf(form, found, submitter) {
    var fields = [];
    var files = [];
    var key = "";
    new FormData(form).forEach(function (value, name) {
      if (typeof value !== "string") { if (value.size) { files.push(fileOf(name, value)); } return; }
      if (name === "key") { key = value; } else if (name !== "csrf") { fields.push([name, value]); }
    });
    if (submitter && submitter.form === form && submitter.name) { fields.push([submitter.name, submitter.value]); }
    var heading = document.querySelector("h1");
    var summary = form.closest("details") && form.closest("details").querySelector("summary");
    var label = summary ? summary.textContent : submitter ? submitter.textContent : "";
    return Promise.all(files).then(function (read) {
      return {
        person: me, path: form.getAttribute("action"), about: found[1] || "", label: found[1] ? label.trim() : words.raise,
        title: found[1] && heading ? heading.textContent : "", fields: fields, files: read, key: key,
        multi: form.enctype === "multipart/form-data", state: "waiting"
      };
    });
  }
  function free(form) {
    delete form.dataset.sent;
    all("[aria-disabled]", form).forEach(function (node) { node.removeAttribute("aria-disabled"); });
  }
  /* Another deed may be written into the same form: it gets another key. */
  function renew(form) {
    form.reset();
    var key = form.querySelector("input[name=key]");
    if (key) { key.value = freshKey(); }
    free(form);
  }
  function forgetDraft(form) {
    try { if (form.dataset.draft) { localStorage.removeItem("draft:" + form.dataset.draft); } } catch (e) { return; }
  }
  /* What a button says goes along with its form, as it would have gone without a script. */
  function goAsFormsDo(form, submitter) {
    if (submitter && submitter.form === form && submitter.name) {
      var said = form.appendChild(make("input"));
      said.type = "hidden";
      said.name = submitter.name;
      said.value = submitter.value;
    }
    form.submit();
  }
  function take(form, found, submitter) {
    if (form.dataset.sent) { return; }
    form.dataset.sent = "1";
    all("button", form).forEach(function (node) { node.setAttribute("aria-disabled", "true"); });
    deedOf(form, found, submitter).then(function (deed) {
      return store.add(deed).then(function (seq) { return told(form, seq); });
    }).catch(function () {
      // It could not be kept: the form goes as forms do, or stays for a better moment.
      free(form);
      if (isCopy || navigator.onLine === false) { notice(form, "notice-bad", [[words.notKept]]); return; }
      goAsFormsDo(form, submitter);
    });
  }
  /* Waits for the fate of a deed and says it beside its form. */
  function told(form, seq) {
    var late = new Promise(function (resolve) { setTimeout(resolve, PATIENCE, "late"); });
    return Promise.race([go(), late]).then(function (why) {
      return store.all(me).then(function (deeds) {
        var deed = deeds.filter(function (one) { return one.seq === seq; })[0];
        if (!deed) { free(form); return null; }
        if (deed.state === "done") {
          forgetDraft(form);
          return store.remove(seq).then(function () { location.assign(deed.location || "/inbox"); });
        }
        if (deed.state === "refused" && !isCopy && !deed.unsure) { return refused(form, deed); }
        forgetDraft(form);
        renew(form);
        var text = why === "signedOut" ? words.keptSignIn : queue.isHeld(deed, deeds) ? words.keptBehind : words.kept;
        var signIn = why === "signedOut" ? [[words.signIn, "/sign-in?next=/waiting"]] : [];
        notice(form, deed.state === "refused" ? "notice-bad" : "notice-good",
          [[deed.state === "refused" ? deed.sentence || words.stateRefused : text]],
          signIn.concat([[words.toList, "/waiting"], [words.toToday, "/inbox"]]));
        return null;
      });
    });
  }
  /* The form is still there with all that was written: its person sees the refusal beside it, and may
     mend it there. So it does not stay in the queue. */
  function refused(form, deed) {
    return store.remove(deed.seq).then(function () {
      free(form);
      // A page asks something first: its person is here to answer it.
      if (deed.code === "page_asks") { form.submit(); return; }
      var key = form.querySelector("input[name=key]");
      if (deed.code === "key_used" && key) { key.value = freshKey(); }
      var errors = (deed.errors || []).map(function (error) {
        return [error.reason, document.getElementById(error.field) ? "#" + error.field : ""];
      });
      var help = words.why[deed.status];
      var lines = errors.length ? errors : [[deed.sentence || words.stateRefused]];
      notice(form, "notice-bad", deed.status === 422 || !help ? lines : lines.concat([[help]]),
        deed.about && deed.status !== 422 ? [[words.open, "/requests/" + deed.about], [words.toToday, "/inbox"]] : null);
      fates.render();
    });
  }

  function onSubmit(event) {
    var form = event.target;
    var found = nounOf(form);
    if (isSignOut(form)) { signOut(event, form); return; }
    if (!found) {
      if (isCopy && form.method === "post" && !csrf) { event.preventDefault(); event.stopImmediatePropagation(); notice(form, "notice-warn", [[words.needsNetwork]]); }
      return;
    }
    event.preventDefault();
    event.stopImmediatePropagation();
    var submitter = event.submitter || pressed;
    // The server cannot tell now what is missing: the browser does.
    var isWhole = submitter && submitter.formNoValidate;
    if ((isCopy || navigator.onLine === false) && form.noValidate && !isWhole && !form.reportValidity()) { return; }
    (function whenReady(tries) {
      if (form.dataset.busy && tries < 300) { setTimeout(whenReady, 100, tries + 1); return; }
      take(form, found, submitter);
    }(0));
  }
  document.addEventListener("submit", onSubmit, true);
  /* A part that came anew does not know yet what waits on the phone. */
  document.addEventListener("swapped", function () { fates.render(); });

  /* --- Signing out ------------------------------------------------------------------------------ */

  function isSignOut(form) {
    return ["/sign-out", "/account/sign-out-everywhere"].indexOf(form.getAttribute("action")) >= 0;
  }
  function signOut(event, form) {
    if (navigator.onLine === false) { return; }
    event.preventDefault();
    event.stopImmediatePropagation();
    store.all(me).then(function (deeds) {
      var open = deeds.filter(function (deed) { return deed.state !== "done"; }).length;
      if (open && !window.confirm(say("signOutSure", open))) { return null; }
      return ask().then(function () {
        return Promise.all([store.forgetDeeds(me), store.prune("", 0), store.setAbout({ person: "", skew: 0 })]);
      }).then(function () {
        try { localStorage.removeItem("field"); } catch (e) { /* nothing was kept there */ }
        fill();
        form.submit();
      });
    }).catch(function () { notice(form, "notice-warn", [[words.needsNetwork]]); });
  }
  /* A copy holds no proof of a session; with a network it gets the one there is. */
  function fill() {
    all("input[name=csrf]").forEach(function (input) { if (!input.value && csrf) { input.value = csrf; } });
  }

  /* --- Copies ----------------------------------------------------------------------------------- */

  function dressCopy() {
    isCopy = true;
    root.dataset.stored = "1";
    // Two readings of a copy are two forms, and two deeds.
    all("input[name=key]").forEach(function (input) { input.value = freshKey(); });
    var main = document.querySelector("main");
    var at = /T(\d\d:\d\d)/.exec(root.dataset.now || "");
    var day = /^\d+-(\d\d)-(\d\d)/.exec(root.dataset.now || "");
    var band = make("div", "notice notice-warn no-print");
    band.dataset.copy = "1";
    band.setAttribute("role", "status");
    band.appendChild(icon("i-warn"));
    band.appendChild(make("div")).appendChild(make("p", "", say("stored", day && at ? day[1] + "-" + day[2] + " " + at[1] : "")));
    main.insertBefore(band, main.firstChild);
    ask().then(function (state) { if (state.person === me) { fill(); offerBack(); } }).catch(function () { return null; });
  }
  function offerBack() {
    var band = document.querySelector("[data-copy]");
    if (!band || band.querySelector("button")) { return; }
    band.appendChild(button(words.back, "", function () { location.reload(); }));
  }
  window.addEventListener("online", function () {
    if (isCopy) { ask().then(function () { fill(); offerBack(); }).catch(function () { return null; }); }
  });

  /* Where nobody stands between page and network, the page that is open shows the copies itself. */
  function isControlled() { return Boolean(navigator.serviceWorker && navigator.serviceWorker.controller); }
  function showCopy(path) {
    return store.page(path).then(function (found) {
      if (!found || found.person !== me || Date.now() + skew - found.at > COPY_LASTS) { return false; }
      var page = new DOMParser().parseFromString(found.html, "text/html");
      var main = document.querySelector("main");
      main.parentNode.replaceChild(document.importNode(page.querySelector("main"), true), main);
      document.title = page.title;
      root.dataset.now = page.documentElement.dataset.now;
      dressCopy();
      fates.render();
      window.scrollTo(0, 0);
      return true;
    });
  }
  document.addEventListener("click", function (event) {
    var link = event.target.closest ? event.target.closest("a[href]") : null;
    if (!link || event.defaultPrevented || event.metaKey || event.ctrlKey || link.target || isControlled()) { return; }
    var url = new URL(link.href);
    var unreached = navigator.onLine === false || last === "offline";
    if (url.origin !== location.origin || url.hash || !unreached || !isKept(url.pathname)) { return; }
    event.preventDefault();
    showCopy(url.pathname).then(function (shown) {
      if (shown) { history.pushState(null, "", url.pathname); } else { location.assign(link.href); }
    }).catch(function () { location.assign(link.href); });
  });
  window.addEventListener("popstate", function () { if (isCopy && isKept(location.pathname)) { showCopy(location.pathname); } });

  function keepCopies() {
    var now = Date.now() + skew;
    try { localStorage.setItem("field", me); } catch (e) { /* then nobody is told to clear up; the keeper still does */ }
    return store.setAbout({ person: me, skew: skew }).then(function () {
      return store.prune(me, now - COPY_LASTS);
    }).then(function () {
      if (location.pathname === "/inbox") { watchList(); return copies.takeToday(); }
      return location.search || !isControlled() ? copies.take([location.pathname]) : null;
    });
  }
  /* The list changes while it is open: what is new on it is kept as well. */
  function watchList() {
    var main = document.querySelector("main");
    var later = 0;
    var known = "";
    if (!window.MutationObserver || !main) { return; }
    function shown() { return all("#inbox a[href^='/requests/']").map(function (a) { return a.href; }).join(" "); }
    known = shown();
    new MutationObserver(function () {
      if (isCopy || shown() === known) { return; }
      known = shown();
      clearTimeout(later);
      later = setTimeout(function () { copies.takeToday(); }, 2000);
    }).observe(main, { childList: true, subtree: true });
  }

  /* --- Begin ------------------------------------------------------------------------------------ */

  if (navigator.serviceWorker) {
    navigator.serviceWorker.register("/sw.js").then(function () { return navigator.serviceWorker.ready; })
      .then(function (ready) {
        // A page that was on its way while the keeper began is not known to it yet.
        if (!navigator.serviceWorker.controller) { ready.active.postMessage("here"); }
      }).catch(function () { return null; });
  }
  var begun = isCopy ? store.about().then(function (about) { skew = about ? about.skew : 0; dressCopy(); }) : keepCopies();
  begun.catch(function () { return null; });
  go().catch(function () { return null; });
}());
