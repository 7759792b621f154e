/* The queue of deeds: strictly in their order; what was refused holds back what follows on the same
   request, and nothing else. It knows no page, no clock and no network, so that a model can drive it:

   store   all(person), patch(seq, change): see store.js
   person  whose deeds these are
   ask     () -> { person, csrf }: whose session there is now; fails where the server cannot be reached
   send    (deed, csrf) -> { status, body, wait }: the answer of the server; fails likewise
   tell    () -> is called whenever something has changed

   A deed may be sent twice, by two windows or after an answer that was lost: it carries its key, and
   the server does it once. So there is no lock, and nothing depends on who writes first: a deed that
   arrived stays so, whatever another window says of it. */
function makeQueue(options) {
  var store = options.store;
  var running = null;
  var again = false;
  var sending = 0;

  /* What an answer means for its deed. */
  function fate(answer, deed) {
    var body = answer.body || {};
    var status = answer.status;
    if (status === 200 && body.done === true) { return { end: "done", location: body.location || "" }; }
    if (status === 401) { return { end: "signedOut" }; }
    if (status === 403 && body.code === "forged") { return { end: "forged" }; }
    // A portal of a hotel, a proxy without its server, a server that is busy: not now.
    if (status < 400 || [408, 429, 502, 503, 504].indexOf(status) >= 0) { return { end: "later" }; }
    // Another one wrote in the same moment: with what there is now the answer may be another.
    if (body.code === "someone_was_first" && !deed.raced) { return { end: "later", note: "raced", soon: true }; }
    // Cut off on its way, a failure of the server, words that are not ours: not the deed's fault,
    // but not for ever either, for others wait behind it.
    if (status === 400 && (deed.cut || 0) < 2) { return { end: "later", note: "cut", soon: true }; }
    var isOdd = status >= 500 || typeof body.detail !== "string";
    if (isOdd && (deed.failed || 0) < 4) { return { end: "later", note: "failed" }; }
    return {
      end: "refused", status: status, code: body.code || "", sentence: body.detail || "",
      errors: body.errors || [], unsure: status >= 500
    };
  }
  var LOST_MAX = 12;

  /* The next deed that may go; nothing where none is left. */
  function next(deeds) {
    var held = {};
    for (var i = 0; i < deeds.length; i += 1) {
      var deed = deeds[i];
      if (deed.state === "refused" && deed.about) { held[deed.about] = true; }
      if (deed.state === "waiting" && !held[deed.about || ""]) { return deed; }
    }
    return null;
  }

  function settle(deed, found) {
    return store.patch(deed.seq, function (kept) {
      if (kept.state === "done") { return null; }
      if (found.end === "done") {
        kept.state = "done";
        kept.location = found.location;
        kept.count = kept.files.length;
        kept.files = [];
        kept.sentence = "";
      } else {
        // It was mended meanwhile: this is the fate of words that are no more.
        if (kept.key !== deed.key) { return null; }
        kept.state = "refused";
        kept.status = found.status;
        kept.code = found.code;
        kept.sentence = found.sentence;
        kept.errors = found.errors;
        // It may have been done all the same: its words must stay as they are.
        kept.unsure = Boolean(found.unsure);
      }
      return kept;
    });
  }

  function note(deed, name) {
    return store.patch(deed.seq, function (kept) { kept[name] = (kept[name] || 0) + 1; return kept; });
  }

  /* Sends what may go. Answers why it stopped: "idle", "offline", "later", "signedOut", "other". */
  function work() {
    var forged = 0;
    function proof() {
      return Promise.resolve().then(options.ask).then(function (state) {
        if (!state || typeof state.person !== "string") { throw new Error("not our server"); }
        return state.person === options.person ? state.csrf : state.person === "" ? "signedOut:" : "other:";
      });
    }
    function step(csrf) {
      if (csrf === "signedOut:" || csrf === "other:") { return csrf.slice(0, -1); }
      return store.all(options.person).then(function (deeds) {
        var deed = next(deeds);
        if (!deed) { return "idle"; }
        sending = deed.seq;
        options.tell();
        return Promise.resolve().then(function () { return options.send(deed, csrf); }).catch(function (error) {
          // The server is there, and this deed does not get through: after many tries its person
          // decides, for others wait behind it.
          if ((deed.lost || 0) + 1 < LOST_MAX) { return note(deed, "lost").then(function () { throw error; }); }
          return settle(deed, { end: "refused", status: 0, code: "lost", sentence: "", errors: [], unsure: true })
            .then(function () { throw error; });
        }).then(function (answer) {
          var found = fate(answer, deed);
          if (found.end === "signedOut") { return "signedOut"; }
          if (found.end === "forged") {
            forged += 1;
            if (forged < 3) { return proof().then(step); }
            found = { end: "refused", status: 403, code: "forged", sentence: answer.body.detail, errors: [] };
          }
          if (found.end === "later") {
            var noted = found.note ? note(deed, found.note) : Promise.resolve();
            return noted.then(function () { return found.soon ? step(csrf) : "later"; });
          }
          return settle(deed, found).then(function () {
            forged = 0;
            sending = 0;
            options.tell();
            return step(csrf);
          });
        });
      });
    }
    return proof().then(step);
  }

  function run() {
    if (running) { again = true; return running; }
    running = work().catch(function () { return "offline"; }).then(function (why) {
      running = null;
      sending = 0;
      options.tell();
      if (again && why === "idle") { again = false; return run(); }
      again = false;
      return why;
    });
    return running;
  }

  return {
    run: run,
    /* Which deed is on its way just now. */
    sending: function () { return sending; },
    /* Whether a deed waits for one that was refused before it. */
    isHeld: function (deed, deeds) {
      return Boolean(deed.about) && deeds.some(function (other) {
        return other.seq < deed.seq && other.about === deed.about && other.state === "refused";
      });
    },
    /* Sends a refused deed once more: as it was, or mended under a key of its own. */
    retry: function (seq, fields, key) {
      return store.patch(seq, function (kept) {
        if (kept.state !== "refused" || (fields && kept.unsure)) { return null; }
        kept.state = "waiting";
        kept.sentence = "";
        kept.errors = [];
        kept.raced = kept.cut = kept.failed = kept.lost = 0;
        if (key) { kept.key = key; }
        if (fields) { kept.fields = fields; }
        return kept;
      });
    }
  };
}
