// Uploads with progress, file by file; pages work without it.
(() => {
  "use strict";
  const text = (parent, tag, s) => {
    const el = document.createElement(tag);
    el.textContent = s;
    parent.append(el);
    return el;
  };
  const send = (form, file, bar) =>
    new Promise((resolve, reject) => {
      const data = new FormData(form);
      data.delete("file");
      data.append("file", file);
      const x = new XMLHttpRequest();
      x.open("POST", form.action);
      x.upload.onprogress = (e) => {
        if (e.lengthComputable) bar.value = (100 * e.loaded) / e.total;
      };
      x.onload = () => resolve(x);
      x.onerror = x.ontimeout = reject;
      x.timeout = 300000;
      x.send(data);
    });
  // The answer is the whole page: its step replaces ours. A page without one
  // (signed out, too large) is shown as it is.
  const show = (x) => {
    const page = new DOMParser().parseFromString(x.responseText, "text/html");
    const now = page.getElementById("apply-body");
    const old = document.getElementById("apply-body");
    if (!now || !old) {
      location.reload();
      return;
    }
    old.replaceWith(now);
    const notices = page.querySelector(".ld-notices");
    const here = document.querySelector(".ld-notices");
    if (notices && here) here.replaceWith(notices);
    const wrong = now.querySelector("[data-focus]");
    if (wrong) wrong.focus();
  };
  const upload = async (form) => {
    const input = form.querySelector("input[type=file]");
    const files = [...input.files];
    if (!files.length) return;
    const box = form.querySelector("[data-progress]");
    box.hidden = false;
    box.replaceChildren();
    form.setAttribute("aria-busy", "true");
    form.querySelector("button").disabled = true;
    let last = null;
    busy++;
    try {
      for (const f of files) {
        const line = text(box, "p", "正在上传 " + f.name);
        const bar = document.createElement("progress");
        bar.max = 100;
        bar.value = 0;
        bar.setAttribute("aria-label", f.name + " 的上传进度");
        line.append(bar);
        last = await send(form, f, bar);
        if (last.status >= 400) break;
      }
    } catch (e) {
      form.removeAttribute("aria-busy");
      form.querySelector("button").disabled = false;
      waiting = null;
      text(box, "p", "网络中断，文件没有传完。请检查网络后重新选择文件上传，已填写的内容不会丢失。").className = "ld-field-error";
      return;
    } finally {
      busy--;
    }
    show(last);
    goOn();
  };
  // Whoever goes on while a file is on its way goes on once it has arrived.
  let busy = 0;
  let waiting = null;
  const goOn = () => {
    if (busy || !waiting) return;
    const b = document.querySelector("#apply-body button[name=do][value=" + waiting + "]");
    waiting = null;
    if (b && !document.querySelector("#apply-body [data-focus]")) b.click();
  };
  document.addEventListener(
    "submit",
    (e) => {
      if (!busy || !e.target.closest("#apply-body") || e.target.matches("form[data-upload]")) return;
      e.preventDefault();
      const b = e.submitter;
      waiting = b && ["next", "back", "save"].includes(b.value) ? b.value : null;
      const said = e.target.querySelector("[data-wait]") || text(e.target, "p", "");
      said.dataset.wait = "";
      said.className = "cz-hint";
      said.setAttribute("role", "status");
      said.textContent = waiting ? "文件还在上传，传完后自动继续，请不要关闭页面。" : "文件还在上传，请等它传完。";
    },
    true,
  );
  document.addEventListener("change", (e) => {
    const form = e.target.closest && e.target.closest("form[data-upload]");
    if (form && e.target.type === "file") upload(form);
  });
  document.addEventListener("submit", (e) => {
    if (!e.target.matches("form[data-upload]")) return;
    e.preventDefault();
    upload(e.target);
  });
  // Fields of the kind of applicant that was not chosen step aside.
  const kinds = (form) => {
    const on = form.querySelector("input[name=kind]:checked");
    if (!on) return;
    const legal = on.value === "legal";
    for (const [name, shown] of [["org_name", legal], ["org_number", legal], ["name", !legal], ["number", !legal]]) {
      const f = form.querySelector("[name=" + name + "]");
      if (f) f.closest(".ld-field").hidden = !shown;
    }
  };
  const mail = (form) => {
    const to = form.querySelector("[name=mail_to]");
    const by = form.querySelector("input[name=delivery]:checked");
    if (to) to.closest(".ld-field").hidden = !by || by.value !== "mail";
  };
  const fit = () =>
    document.querySelectorAll("#apply-body form").forEach((f) => {
      kinds(f);
      mail(f);
    });
  document.addEventListener("change", (e) => {
    if (e.target.name === "kind" || e.target.name === "delivery") fit();
  });
  fit();
})();

// On a phone the filters of the directory fold away until they are wanted.
if (window.matchMedia("(max-width: 767px)").matches) document.querySelectorAll(".cz-facets-fold").forEach((d) => d.removeAttribute("open"));
