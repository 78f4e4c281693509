// On every page: code blocks can be copied and wrapped, what is wider than the page can be scrolled by keys,
// folded comments open for who is sent to them, an open menu closes when one clicks elsewhere.
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

  const isWide = (element) => element.scrollWidth > element.clientWidth + 1;

  const dressCode = (pre) => {
    if (pre.closest(".code-frame") || pre.textContent.length < 20) return;
    const frame = document.createElement("div");
    frame.className = "code-frame";
    pre.replaceWith(frame);
    const tools = document.createElement("div");
    tools.className = "code-tools";
    frame.append(tools, pre);
    if (isWide(pre)) {
      tools.append(button(words.wrap[0], (made) => {
        made.textContent = words.wrap[Number(pre.classList.toggle("wrapped"))];
      }));
    }
    if (!navigator.clipboard) return;
    tools.append(button(words.copy[0], async (made) => {
      await navigator.clipboard.writeText(pre.textContent);
      made.textContent = words.copy[1];
      setTimeout(() => { made.textContent = words.copy[0]; }, 2000);
    }));
  };

  const scrolling = ".prose :is(pre, table, p, li), .prose math[display=block], .comments li";
  const dress = () => {
    document.querySelectorAll(".prose pre").forEach(dressCode);
    document.querySelectorAll(scrolling).forEach((element) => {
      if (isWide(element) && getComputedStyle(element).overflowX === "auto") element.tabIndex = 0;
    });
  };
  dress();
  document.addEventListener("htmx:afterSettle", dress); // more rows
  document.addEventListener("shown", dress); // a preview
  addEventListener("resize", dress); // a phone is turned

  const unfold = () => {
    const target = location.hash.length > 1 && document.getElementById(location.hash.slice(1));
    const folded = target && target.closest("details:not([open])");
    if (!folded) return;
    folded.open = true;
    target.scrollIntoView();
  };
  unfold();
  addEventListener("hashchange", unfold);

  document.querySelectorAll(".tabs [aria-current]").forEach((tab) => {
    const tabs = tab.parentElement;
    if (isWide(tabs)) tabs.scrollLeft = tab.offsetLeft - (tabs.clientWidth - tab.offsetWidth) / 2;
  });

  const closeMenus = (event) => {
    document.querySelectorAll("details.menu[open]").forEach((menu) => {
      if (event.type === "keydown" ? event.key === "Escape" : !menu.contains(event.target)) menu.open = false;
    });
  };
  document.addEventListener("click", closeMenus);
  document.addEventListener("keydown", closeMenus);

  // What wants to stay fresh (the inbox's badge) listens to this; nothing is asked while the page is out of sight.
  setInterval(() => {
    if (document.visibilityState === "visible") document.body.dispatchEvent(new Event("site:minute"));
  }, 60000);
})();
