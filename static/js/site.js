// On every page: code blocks can be copied and wrapped; an open menu closes when one clicks elsewhere.
(() => {
  const words = { copy: ["Copy", "Copied"], wrap: ["Wrap", "Do not wrap"] };
  if (document.documentElement.lang.startsWith("zh")) {
    words.copy = ["复制", "已复制"];
    words.wrap = ["换行", "不换行"];
  }

  const button = (text, act) => {
    const made = document.createElement("button");
    made.type = "button";
    made.className = "bare";
    made.textContent = text;
    made.addEventListener("click", () => act(made));
    return made;
  };

  const dress = (pre) => {
    if (pre.dataset.dressed || pre.textContent.length < 20) return;
    pre.dataset.dressed = "1";
    const frame = document.createElement("div");
    frame.className = "code-frame";
    pre.replaceWith(frame);
    const tools = document.createElement("div");
    tools.className = "code-tools";
    if (pre.scrollWidth > pre.clientWidth) {
      tools.append(button(words.wrap[0], (made) => {
        made.textContent = words.wrap[Number(pre.classList.toggle("wrapped"))];
      }));
    }
    tools.append(button(words.copy[0], async (made) => {
      await navigator.clipboard.writeText(pre.textContent);
      made.textContent = words.copy[1];
      setTimeout(() => { made.textContent = words.copy[0]; }, 2000);
    }));
    frame.append(tools, pre);
    if (pre.scrollWidth > pre.clientWidth) pre.tabIndex = 0;
  };
  const dressAll = () => document.querySelectorAll(".prose pre").forEach(dress);
  dressAll();
  document.addEventListener("htmx:afterSettle", dressAll);

  document.addEventListener("click", (event) => {
    document.querySelectorAll("details.menu[open]").forEach((menu) => {
      if (!menu.contains(event.target)) menu.open = false;
    });
  });
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape") document.querySelectorAll("details.menu[open]").forEach((menu) => { menu.open = false; });
  });
})();
