// Comfort only: every page works without it.
(function () {
  "use strict";
  // A form that was sent is not sent again by a second click.
  document.addEventListener("submit", function (e) {
    var form = e.target;
    if (form.dataset.sent) { e.preventDefault(); return; }
    if (form.method === "post" && !form.dataset.again) {
      form.dataset.sent = "1";
      setTimeout(function () { delete form.dataset.sent; }, 4000);
    }
  });
  // One box ticks all of its table.
  document.querySelectorAll("input[data-all]").forEach(function (all) {
    all.addEventListener("change", function () {
      document.querySelectorAll('input[name="' + all.dataset.all + '"]').forEach(function (one) { one.checked = all.checked; });
    });
  });
  // On paper a form is text: what stands in it now, also where it was not sent yet.
  window.addEventListener("beforeprint", function () {
    document.querySelectorAll(".said-so").forEach(function (field) {
      var typed = field.querySelector(".typed");
      if (!typed) { return; }
      var said = [];
      field.querySelectorAll("input, select, textarea").forEach(function (one) {
        if (one.type === "radio" || one.type === "checkbox") {
          if (one.checked) { said.push(one.type === "radio" ? one.parentNode.textContent.trim() : "是"); }
        } else if (one.options) {
          Array.prototype.forEach.call(one.selectedOptions, function (o) { if (o.value) { said.push(o.textContent); } });
        } else if (one.value.trim()) { said.push(one.value); }
      });
      typed.textContent = said.join("\n");
      field.classList.toggle("blank", said.length === 0);
    });
  });
  // Files that would be refused are told of before they are sent, while everything else is still on the page.
  document.querySelectorAll("input[data-most]").forEach(function (input) {
    input.addEventListener("change", function () {
      var sum = 0;
      Array.prototype.forEach.call(input.files, function (f) { sum += f.size; });
      var most = Number(input.dataset.most);
      input.setCustomValidity(sum > most * 1048576 ? "所选的文件共 " + Math.ceil(sum / 1048576) + " MB，超过 " + most + " MB：请分几次，或以光盘等其他方式提供" : "");
      input.reportValidity();
    });
  });
  // What was typed and not recorded is not lost by a slip.
  var changed = false;
  document.querySelectorAll("form[data-keep]").forEach(function (form) {
    form.addEventListener("input", function () { changed = true; });
    form.addEventListener("submit", function () { changed = false; });
  });
  window.addEventListener("beforeunload", function (e) { if (changed) { e.preventDefault(); e.returnValue = ""; } });
  // A page of a file is shown beside what it belongs to, where there is a place for it. Before that it takes no room.
  var sheet = document.querySelector("iframe[name=sheet]");
  if (sheet) { sheet.hidden = true; }
  document.querySelectorAll("form[data-sheet]").forEach(function (form) {
    form.addEventListener("submit", function () {
      if (!sheet) { return; }
      sheet.hidden = false;
      var shown = sheet.closest("[data-shown]");
      if (shown) { shown.hidden = false; shown.closest(".cols").classList.add("reading"); }
      form.target = "sheet";
      setTimeout(function () { sheet.scrollIntoView({ block: "nearest" }); }, 50);
    });
  });
  document.querySelectorAll("[data-close]").forEach(function (close) {
    close.addEventListener("click", function () {
      var shown = close.closest("[data-shown]");
      shown.hidden = true;
      shown.closest(".cols").classList.remove("reading");
    });
  });
  // Keys: / looks for something, j and k go down and up a list, Enter opens.
  document.addEventListener("keydown", function (e) {
    if (e.ctrlKey || e.metaKey || e.altKey || /^(INPUT|TEXTAREA|SELECT)$/.test(e.target.tagName)) { return; }
    if (e.key === "/") { var q = document.querySelector(".find input"); if (q) { q.focus(); e.preventDefault(); } }
    if (e.key === "j" || e.key === "k") {
      var links = Array.prototype.slice.call(document.querySelectorAll("a[data-row]"));
      var at = links.indexOf(document.activeElement) + (e.key === "j" ? 1 : -1);
      if (links[at]) { links[at].focus(); }
    }
  });
  // 待办 says when there is something new; it does not move by itself.
  var fresh = document.querySelector("[data-pulse]");
  if (fresh) {
    setInterval(function () {
      if (document.hidden) { return; }
      fetch("/pulse", { headers: { "Ysq-By-Itself": "1" }, credentials: "same-origin" })
        .then(function (r) { return r.ok ? r.json() : null; })
        .then(function (p) { if (p && String(p.records) !== fresh.dataset.pulse) { fresh.hidden = false; } })
        .catch(function () {});
    }, 30000);
  }
})();
