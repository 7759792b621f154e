/* What stays on the phone: deeds that wait, and copies of pages. A deed belongs to a person. */
function openStore(factory) {
  function opened(request) {
    return new Promise(function (resolve, reject) {
      request.onsuccess = function () { resolve(request.result); };
      request.onerror = function () { reject(request.error); };
      request.onblocked = function () { reject(new Error("blocked")); };
    });
  }
  function connect() {
    var request = factory.open("wuwei", 1);
    request.onupgradeneeded = function () {
      var base = request.result;
      base.createObjectStore("deeds", { keyPath: "seq", autoIncrement: true });
      base.createObjectStore("pages", { keyPath: "path" });
      base.createObjectStore("about", { keyPath: "name" });
    };
    return opened(request).then(function (base) {
      // A later version of this page, in another tab, must not wait for this one.
      base.onversionchange = function () { base.close(); ready = null; };
      return base;
    });
  }
  var ready = null;
  function base() { return ready || (ready = connect().catch(function (error) { ready = null; throw error; })); }

  /* One transaction: `work` gets the store and answers a box whose `value` is the result. It counts
     as done when the whole transaction is on the phone, not when a request within it is. */
  function within(name, mode, work) {
    return base().then(function (open) {
      return new Promise(function (resolve, reject) {
        var act = open.transaction(name, mode);
        var box = work(act.objectStore(name)) || {};
        act.oncomplete = function () { resolve(box.value); };
        act.onabort = act.onerror = function () { reject(act.error || new Error("not kept")); };
      });
    });
  }
  function read(name, get) {
    return within(name, "readonly", function (rows) {
      var box = {};
      get(rows).onsuccess = function (event) { box.value = event.target.result; };
      return box;
    });
  }
  /* Walks over all rows; `visit` may delete by the cursor it gets. */
  function walk(name, mode, visit) {
    return within(name, mode, function (rows) {
      rows.openCursor().onsuccess = function (event) {
        var cursor = event.target.result;
        if (cursor) { visit(cursor.value, cursor); cursor.continue(); }
      };
    });
  }

  return {
    /* The deeds of a person in the order in which they were done. */
    all: function (person) {
      var found = [];
      return walk("deeds", "readonly", function (deed) { if (deed.person === person) { found.push(deed); } })
        .then(function () { return found; });
    },
    add: function (deed) {
      return within("deeds", "readwrite", function (rows) {
        var box = {};
        rows.add(deed).onsuccess = function (event) { box.value = event.target.result; };
        return box;
      });
    },
    /* Changes a deed that is still there: `change` answers it as it is to be, or nothing. */
    patch: function (seq, change) {
      return within("deeds", "readwrite", function (rows) {
        var box = { value: null };
        rows.get(seq).onsuccess = function (event) {
          var changed = event.target.result && change(event.target.result);
          if (changed) { rows.put(changed); box.value = changed; }
        };
        return box;
      });
    },
    remove: function (seq) { return within("deeds", "readwrite", function (rows) { rows.delete(seq); }); },
    forgetDeeds: function (person) {
      return walk("deeds", "readwrite", function (deed, cursor) { if (deed.person === person) { cursor.delete(); } });
    },
    page: function (path) { return read("pages", function (rows) { return rows.get(path); }); },
    keepPage: function (page) { return within("pages", "readwrite", function (rows) { rows.put(page); }); },
    /* Keeps those pages alone that belong to `person` and were taken after `since`. */
    prune: function (person, since) {
      return walk("pages", "readwrite", function (page, cursor) {
        if (page.person !== person || page.at < since) { cursor.delete(); }
      });
    },
    /* Who uses this phone, and how far its clock is from the server's. */
    about: function () { return read("about", function (rows) { return rows.get("me"); }); },
    setAbout: function (about) {
      about.name = "me";
      return within("about", "readwrite", function (rows) { rows.put(about); });
    }
  };
}

/* How long a copy of a page may be read, in milliseconds. */
var COPY_LASTS = 48 * 3600 * 1000;
/* The pages of which copies are kept; the rest of the site needs the network. */
function isKept(path) { return /^\/(inbox|waiting|offline|requests\/(new|[0-9A-Za-z]{13}))$/.test(path); }
/* Whose page this is, from its own text. */
function ownerOf(html) {
  var found = /^[^>]*<html[^>]* data-person="([^"]*)"/.exec(html.replace(/^\s*<!doctype html>\s*/i, ""));
  return found ? found[1] : "";
}
/* A page as it is kept: without the proof of its session, which is asked for anew when it is needed. */
function copyOf(path, html, policy, mark) {
  var at = /^[^>]* data-now="([^"]*)"/.exec(html.slice(html.indexOf("<html")));
  return {
    path: path, person: ownerOf(html), at: at ? Date.parse(at[1]) : 0, policy: policy || "", mark: mark || "",
    html: html.replace(/(name="csrf" value=")[^"]*/g, "$1")
  };
}
