/* Copies of today's list and of what it lists, taken while there is a network. */
var PREFETCH_MAX = 30;
var FRESH_FOR = 30 * 60 * 1000;

function makeCopies(store, me, now) {
  var version = all("script[src]").map(function (node) { return node.getAttribute("src"); }).join(" ") +
    root.lang + root.className;
  var running = null;

  function take(path, mark) {
    return fetch(path, { credentials: "same-origin", headers: { Accept: "text/html" } }).then(function (answer) {
      if (!answer.ok || answer.redirected || new URL(answer.url).pathname !== path) { return null; }
      return answer.text().then(function (html) {
        var copy = copyOf(path, html, answer.headers.get("content-security-policy"), mark);
        return copy.person === me ? store.keepPage(copy) : null;
      });
    });
  }
  function takeIfOld(path, mark) {
    return store.page(path).then(function (kept) {
      var isFresh = kept && kept.person === me && kept.mark === mark && now() - kept.at < FRESH_FOR;
      return isFresh ? null : take(path, mark);
    });
  }
  /* The requests of the list, each with what the list says of it: a change there is a change of its page. */
  function listed() {
    return all("#inbox [data-row]").slice(0, PREFETCH_MAX).map(function (row) {
      var link = row.querySelector("a[href^='/requests/']");
      var due = row.querySelector("time");
      var says = [row.dataset.stage, row.className, link && link.textContent, due && due.getAttribute("datetime")];
      return link && { path: link.getAttribute("href"), mark: says.join("|") + version };
    }).filter(Boolean);
  }
  /* One after the other: a phone on a weak line is not to be kept busy by pages that nobody reads yet. */
  function inTurn(wanted) {
    return wanted.reduce(function (before, one) {
      return before.then(function () { return one.always ? take(one.path, one.mark) : takeIfOld(one.path, one.mark); });
    }, Promise.resolve());
  }
  return {
    /* Today's list and all that is on it. Never twice at once, and never an error: there is a next time. */
    takeToday: function () {
      var fixed = ["/offline", "/waiting", "/requests/new"].map(function (path) { return { path: path, mark: version }; });
      var wanted = [{ path: "/inbox", mark: version, always: true }].concat(fixed, listed());
      running = running || inTurn(wanted).catch(function () { return null; }).then(function () {
        running = null;
        root.dataset.copied = String(wanted.length);
      });
      return running;
    },
    /* These pages as they are now. */
    take: function (paths) {
      return inTurn(paths.filter(isKept).map(function (path) { return { path: path, mark: "", always: true }; }))
        .catch(function () { return null; });
    }
  };
}
