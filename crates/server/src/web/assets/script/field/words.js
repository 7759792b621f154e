/* The words of what works without a network, in both languages. */
var root = document.documentElement;
var words = root.lang.slice(0, 2) === "zh" ? {
  waiting: "{n} 条待同步", refused: "{n} 条没办成，要您处理", sending: "正在发送…", noNetwork: "网络不通", without: "没有网络，可以照常办：先存手机，有网再发",
  signedOut: "登录已过期，请重新登录后发送", signIn: "重新登录", retry: "现在发送", inQueue: "：已排队",
  heldHere: "{n} 件存在这部手机里，还没有送达。有网会自动发送，也可以现在就发。", allArrived: "都送达了，没有等着发送的。",
  stateWaiting: "待同步", stateSending: "发送中", stateDone: "已送达", stateRefused: "没办成", stateHeld: "等上一步",
  heldWhy: "同一件诉求的上一步没办成，先处理那一步，这一步才会发送。",
  photos: "照片 {n} 张", open: "打开这件诉求", edit: "改一改再发", again: "原样再发", separate: "不是同一件，照样发送", asks: "如果是同一件，就选“不要了”，有网时打开那件诉求点“我也遇到了”。", discard: "不要了", save: "改好了，发送", clear: "清掉已送达的",
  discardSure: "这一条不再发送，从这部手机上删掉。确定吗？",
  signOutSure: "还有 {n} 条没有送达。退出登录会把它们从这部手机上删掉，办的事不会上报。确定要退出吗？",
  kept: "已存在这部手机里，有网后自动发送。", keptBehind: "已存在这部手机里。同一件诉求的上一步没办成，请先处理。",
  keptSignIn: "已存在这部手机里。登录已过期，请重新登录，登录后自动发送。",
  list: "清单", toList: "看待同步", toToday: "回到今日", notKept: "这部手机存不下，没有保存。请有网时再提交。", needsNetwork: "这一项要有网络才能办。",
  stored: "没有网络。您看的是 {n} 存在手机里的页面，可能不是最新的。", back: "有网了，刷新页面",
  queued: "这件诉求有待同步的操作：", wait: "照片还在压缩，请稍等…",
  note: "说明", text: "情况", preset: "说明", place: "具体位置", name: "称呼", phone: "手机号", raise: "反映一件事",
  why: {
    409: "这件诉求已经变了，或别人先办了。请打开看看现在的情况：还要办就原样再发，不用办了就选“不要了”。",
    404: "这件诉求已不在您这里，可能转走了或办结了。不用再办就选“不要了”。",
    403: "您现在的岗位不办这一项。请打开看看，或请负责的人办理。",
    422: "内容要改一改：点“改一改再发”，或打开诉求重新填。",
    413: "照片太大，没有收下。请打开诉求重新拍照提交。", 415: "照片的格式收不了。请打开诉求重新拍照提交。",
    0: "试了很多次都没有发出去，不知道办没办成。可以原样再发：已办成的不会重复办。",
    500: "服务器出了问题，不知道办没办成。请过一会儿原样再发：已办成的不会重复办。"
  }, whyElse: "服务器没有收下。请打开诉求看看，再决定原样再发还是不要了。"
} : {
  waiting: "{n} waiting to be sent", refused: "{n} refused: please look", sending: "Sending…", noNetwork: "no network", without: "No network. Go on: it is kept here and sent later",
  signedOut: "signed out: sign in again to send", signIn: "Sign in again", retry: "Send now", inQueue: ": queued",
  heldHere: "{n} kept on this phone and not sent yet. They go by themselves when there is a network, or now.", allArrived: "All has arrived; nothing waits.",
  stateWaiting: "Waiting", stateSending: "Sending", stateDone: "Arrived", stateRefused: "Refused", stateHeld: "Behind another",
  heldWhy: "What you did before on the same request was refused. Deal with that first; then this is sent.",
  photos: "{n} photos", open: "Open the request", edit: "Change and send", again: "Send as it is", separate: "It is another one: send it", asks: "If it is the same, discard this, and join that request when there is a network.", discard: "Discard", save: "Changed: send it", clear: "Clear what has arrived",
  discardSure: "This will not be sent and is removed from this phone. Are you sure?",
  signOutSure: "{n} have not arrived yet. Signing out removes them from this phone, and nobody will know of them. Sign out all the same?",
  kept: "Kept on this phone; it is sent when the network is back.", keptBehind: "Kept on this phone. What you did before on this request was refused: please look at that first.",
  keptSignIn: "Kept on this phone. You were signed out: sign in again, and it is sent.",
  list: "List", toList: "See what waits", toToday: "Back to today", notKept: "There is no room on this phone; it was not kept. Please send it when there is a network.", needsNetwork: "This needs a network.",
  stored: "No network. This page was kept on the phone at {n} and may be out of date.", back: "Back online: refresh",
  queued: "Waiting to be sent on this request: ", wait: "The photos are being made smaller…",
  note: "Note", text: "What is the matter", preset: "Note", place: "Where exactly", name: "Name", phone: "Mobile number", raise: "Raise a request",
  why: {
    409: "The request has changed, or somebody else was first. Open it and see: send this as it is if it is still to be done, discard it if not.",
    404: "The request is no longer with you: it was passed on or closed. Discard this if there is nothing left to do.",
    403: "This is not for your post to do now. Open the request, or ask those whose work it is.",
    422: "The words need changing: press “Change and send”, or open the request and fill it in again.",
    413: "The photo is too large and was not taken. Open the request and send another.", 415: "This kind of photo cannot be taken. Open the request and send another.",
    0: "It did not get through in many tries, and nobody knows whether it was done. Send it as it is: nothing is done twice.",
    500: "The server failed, and nobody knows whether it was done. Send it as it is later: nothing is done twice."
  }, whyElse: "The server did not take it. Open the request and see, then send it as it is or discard it."
};
function say(key, n) { return words[key].replace("{n}", n); }
function make(tag, name, text) {
  var node = document.createElement(tag);
  if (name) { node.className = name; }
  if (text) { node.textContent = text; }
  return node;
}
function icon(name) {
  var svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  svg.setAttribute("class", "i");
  svg.setAttribute("aria-hidden", "true");
  svg.appendChild(document.createElementNS("http://www.w3.org/2000/svg", "use")).setAttribute("href", "#" + name);
  return svg;
}
function button(text, kind, press) {
  var node = make("button", "button button-small " + kind, text);
  node.type = "button";
  node.addEventListener("click", press);
  return node;
}
function all(selector, within) { return Array.prototype.slice.call((within || document).querySelectorAll(selector)); }
