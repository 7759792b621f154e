/* Stands between the pages and the network: what is on the phone is shown while the server is out of
   reach. It shows a copy to its owner alone, and sends nothing: that is for the page to do. */
var SHELL_NAME = "wuwei-shell " + self.SHELL.join(" ");
/* A copy is better than a blank screen; but whoever can be reached within this time is asked. */
var PATIENCE = 10000;
var store = openStore(self.indexedDB);

self.addEventListener("install", function (event) {
  event.waitUntil(caches.open(SHELL_NAME).then(function (shell) {
    return shell.addAll(self.SHELL);
  }).then(function () { return self.skipWaiting(); }));
});

/* The shell before this one stays: copies that were taken with it still ask for it. */
self.addEventListener("activate", function (event) {
  event.waitUntil(caches.keys().then(function (names) {
    var shells = names.filter(function (name) { return name.indexOf("wuwei-shell ") === 0 && name !== SHELL_NAME; });
    return Promise.all(shells.slice(0, -1).map(function (name) { return caches.delete(name); }));
  }).then(function () { return self.clients.claim(); }));
});

self.addEventListener("message", function (event) { event.waitUntil(self.clients.claim()); });

self.addEventListener("fetch", function (event) {
  var request = event.request;
  var url = new URL(request.url);
  if (request.method !== "GET" || url.origin !== self.location.origin) { return; }
  if (url.pathname.indexOf("/assets/") === 0) {
    event.respondWith(caches.match(request).then(function (kept) { return kept || fetch(request); }));
  } else if (request.mode === "navigate") {
    event.respondWith(page(event, url));
  }
});

function page(event, url) {
  var network = fetch(event.request).then(function (answer) {
    if ([502, 503, 504].indexOf(answer.status) >= 0) { throw new Error("out of reach"); }
    if (answer.ok && !url.search && isKept(url.pathname)) { event.waitUntil(keep(url.pathname, answer.clone())); }
    return answer;
  });
  var late = new Promise(function (resolve) { setTimeout(resolve, PATIENCE); }).then(function () {
    return copy(url.pathname).then(function (found) { return found || network; });
  });
  return Promise.race([network, late]).catch(function () {
    return copy(url.pathname).then(function (found) { return found || copy("/offline"); }).then(function (found) {
      // What the server itself said about being out of reach, or else what the browser says.
      return found || fetch(event.request);
    });
  });
}

function keep(path, answer) {
  return Promise.all([answer.text(), store.about()]).then(function (both) {
    var taken = copyOf(path, both[0], answer.headers.get("content-security-policy"));
    var me = both[1] && both[1].person;
    return taken.person && taken.person === me ? store.keepPage(taken) : null;
  }).catch(function () { return null; });
}

/* The copy of a page as an answer; nothing where it is somebody else's, or too old. */
function copy(path) {
  return Promise.all([store.page(path), store.about()]).then(function (both) {
    var found = both[0];
    var about = both[1];
    if (!found || !about || found.person !== about.person) { return null; }
    if (Date.now() + about.skew - found.at > COPY_LASTS) { return null; }
    var headers = { "content-type": "text/html; charset=utf-8", "content-security-policy": found.policy, "cache-control": "no-store" };
    return new Response(found.html.replace("<html ", "<html data-stored=\"1\" "), { headers: headers });
  }).catch(function () { return null; });
}
