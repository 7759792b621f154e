/* Photos: made smaller on the phone, to 300 kB, where it can be done without turning them on their side.
   Where it cannot, they go as they are, and the server does it. */
(function () {
  "use strict";
  var root = document.documentElement;
  var words = root.lang.slice(0, 2) === "zh" ? {
    remove: "移除第 {n} 张照片", photo: "第 {n} 张照片", most: "最多 {n} 张照片，多出的没有加上。",
    shrinking: "正在压缩照片…", ready: "已选 {n} 张照片。"
  } : {
    remove: "Remove photo {n}", photo: "Photo {n}", most: "At most {n} photos; the others were not added.",
    shrinking: "Making the photos smaller…", ready: "{n} photos chosen."
  };
  var ENOUGH = 300000;
  /* Long edges in pixels, and how well each is tried to be kept. */
  var EDGES = [1600, 1280, 1024, 800];
  var MARKS = [0.75, 0.65, 0.55, 0.45];

  function say(key, n) { return words[key].replace("{n}", n); }
  function make(tag, name, text) {
    var node = document.createElement(tag);
    if (name) { node.className = name; }
    if (text) { node.textContent = text; }
    return node;
  }
  var voice = null;
  function tell(text) {
    if (!voice) {
      voice = document.body.appendChild(make("p", "sr"));
      voice.setAttribute("role", "status");
    }
    voice.textContent = text;
  }

  /* A browser that draws photos upright, and lets a script choose files for a form. */
  function canShrink() {
    try {
      return Boolean(new DataTransfer().items.add && HTMLCanvasElement.prototype.toBlob &&
        window.CSS && CSS.supports("image-orientation", "from-image"));
    } catch (e) { return false; }
  }
  function draw(image, edge) {
    var scale = Math.min(1, edge / Math.max(image.naturalWidth, image.naturalHeight));
    var canvas = document.createElement("canvas");
    canvas.width = Math.max(1, Math.round(image.naturalWidth * scale));
    canvas.height = Math.max(1, Math.round(image.naturalHeight * scale));
    var pen = canvas.getContext("2d");
    pen.fillStyle = "#fff";
    pen.fillRect(0, 0, canvas.width, canvas.height);
    pen.drawImage(image, 0, 0, canvas.width, canvas.height);
    return canvas;
  }
  /* Drawn anew: what the camera wrote into the file, where and when it was taken, stays behind. */
  function shrink(file, done) {
    var image = new Image();
    var url = URL.createObjectURL(file);
    function give(result) { URL.revokeObjectURL(url); done(result); }
    function attempt(edge, mark) {
      draw(image, EDGES[edge]).toBlob(function (blob) {
        if (!blob) { give(file); return; }
        if (blob.size > ENOUGH && mark + 1 < MARKS.length) { attempt(edge, mark + 1); return; }
        if (blob.size > ENOUGH && edge + 1 < EDGES.length) { attempt(edge + 1, 1); return; }
        if (blob.size > ENOUGH && blob.size >= file.size) { give(file); return; }
        give(new File([blob], file.name.replace(/\.[^.]*$/, "") + ".jpg", { type: "image/jpeg" }));
      }, "image/jpeg", MARKS[mark]);
    }
    image.onerror = function () { give(file); };
    image.onload = function () {
      if (!image.naturalWidth) { give(file); return; }
      try { attempt(0, 0); } catch (e) { give(file); }
    };
    image.src = url;
  }

  /* What was chosen for a field so far: each choice of the reader adds to it. */
  function shelfOf(input) {
    if (input.chosen) { return input.chosen; }
    var shelf = make("div", "photos");
    var holder = input.closest(".drop") || input;
    holder.parentNode.insertBefore(shelf, holder.nextSibling);
    input.chosen = { files: [], shelf: shelf };
    if (input.form) {
      input.form.addEventListener("reset", function () { input.chosen.files = []; shelf.textContent = ""; });
    }
    return input.chosen;
  }
  function show(input) {
    var chosen = shelfOf(input);
    var box = new DataTransfer();
    chosen.shelf.textContent = "";
    chosen.files.forEach(function (file, index) {
      box.items.add(file);
      var figure = chosen.shelf.appendChild(make("figure"));
      var image = figure.appendChild(make("img"));
      image.alt = say("photo", index + 1);
      image.src = URL.createObjectURL(file);
      image.onload = function () { URL.revokeObjectURL(image.src); };
      var button = figure.appendChild(make("button", "", "×"));
      button.type = "button";
      button.setAttribute("aria-label", say("remove", index + 1));
      button.addEventListener("click", function () { chosen.files.splice(index, 1); show(input); input.focus(); });
    });
    input.files = box.files;
    tell(say("ready", chosen.files.length));
  }
  function take(input) {
    var most = Number(input.dataset.photos) || 5;
    var chosen = shelfOf(input);
    var fresh = Array.from(input.files);
    var room = most - chosen.files.length;
    var waiting = Math.min(fresh.length, room);
    var form = input.form;
    if (!fresh.length || waiting < 1) {
      show(input);
      if (fresh.length > room) { tell(say("most", most)); }
      return;
    }
    tell(words.shrinking);
    if (form) { form.dataset.busy = "1"; }
    var results = [];
    fresh.slice(0, room).forEach(function (file, index) {
      shrink(file, function (small) {
        results[index] = small;
        waiting -= 1;
        if (waiting) { return; }
        chosen.files = chosen.files.concat(results);
        if (form) { delete form.dataset.busy; }
        show(input);
        if (fresh.length > room) { tell(say("most", most)); }
      });
    });
  }

  if (!canShrink()) { return; }
  root.classList.add("script");
  // Parts of a page are replaced while it is open: so the document listens, and no field is prepared.
  document.addEventListener("change", function (event) {
    var input = event.target;
    if (input.matches && input.matches("input[type=file][data-photos]")) { take(input); }
  });
}());
