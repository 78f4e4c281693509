// Where one writes: a preview as one types, a draft kept on the server, pictures by paste and drop, tags suggested.
(() => {
  const form = document.querySelector(".write-form");
  if (!form) return;
  const body = form.querySelector("textarea");
  const preview = form.querySelector(".preview");
  const saved = form.querySelector(".saved");
  const token = form.querySelector("[name=csrfmiddlewaretoken]").value;
  const zh = document.documentElement.lang.startsWith("zh");

  const post = (url, data) => fetch(url, { method: "POST", body: data, headers: { "X-CSRFToken": token } });
  const after = (wait, act) => {
    let timer;
    return () => { clearTimeout(timer); timer = setTimeout(act, wait); };
  };

  const show = after(300, async () => {
    if (!body.value.trim()) { preview.hidden = true; return; }
    const data = new FormData();
    data.set("body", body.value);
    const answer = await post("/write/preview/", data);
    if (!answer.ok) return;
    preview.innerHTML = await answer.text(); // rendered and sanitised by the server
    preview.hidden = false;
    preview.dispatchEvent(new Event("shown", { bubbles: true }));
  });

  let submitting = false;
  const keep = after(1500, async () => {
    if (submitting) return;
    const data = new FormData(form);
    data.delete("csrfmiddlewaretoken");
    data.set("key", form.dataset.draft);
    const answer = await post("/write/draft/", data).catch(() => null);
    saved.textContent = answer && answer.ok ? await answer.text() : "";
  });

  form.addEventListener("input", () => { show(); keep(); });
  form.addEventListener("submit", () => { submitting = true; });
  if (body.value.trim()) show();

  const insert = (text) => {
    body.setRangeText(text, body.selectionStart, body.selectionEnd, "end");
    body.dispatchEvent(new Event("input", { bubbles: true }));
  };
  const replace = (from, to) => {
    body.value = body.value.replace(from, () => to);
    body.dispatchEvent(new Event("input", { bubbles: true }));
  };
  const upload = async (file) => {
    const mark = `![${zh ? "上传中" : "uploading"} ${file.name}…]()`;
    insert(mark);
    const data = new FormData();
    data.set("file", file);
    const answer = await post("/write/upload/", data).catch(() => null);
    const told = answer ? await answer.json().catch(() => ({})) : {};
    if (answer && answer.ok) {
      replace(mark, `![${file.name.replace(/[\][]/g, "")}](${told.url})`);
    } else {
      replace(mark, "");
      saved.textContent = told.error || (zh ? "图片没有传上去" : "The picture could not be uploaded");
    }
  };
  const pictures = (items) => [...items].filter((file) => file.type.startsWith("image/"));
  body.addEventListener("paste", (event) => {
    const files = pictures(event.clipboardData.files);
    if (files.length) { event.preventDefault(); files.forEach(upload); }
  });
  body.addEventListener("dragover", (event) => event.preventDefault());
  body.addEventListener("drop", (event) => {
    const files = pictures(event.dataTransfer.files);
    if (files.length) { event.preventDefault(); files.forEach(upload); }
  });

  const tags = form.querySelector("[data-suggest]");
  if (tags) {
    const list = document.getElementById("tag-names");
    tags.addEventListener("input", after(200, async () => {
      const answer = await fetch(`${tags.dataset.suggest}?tags=${encodeURIComponent(tags.value)}`);
      if (!answer.ok) return;
      const before = tags.value.replace(/\S*$/, "");
      list.replaceChildren(...(await answer.json()).tags.map((name) => {
        const option = document.createElement("option");
        option.value = before + name;
        return option;
      }));
    }));
  }
})();
