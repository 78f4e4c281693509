// On every page: what its reader sees, sent in batches to /api/v1/events. Nothing is noted or kept where the browser
// asks not to be tracked, or before the reader has agreed where the site asks for that (docs/metrics.md).
(() => {
  const answered = () => (document.cookie.match(/(?:^|; )consent=(yes|no)/) || [])[1];
  const banner = document.getElementById("consent");
  const again = document.getElementById("consent-again");
  const topic = Number(document.getElementById("content").dataset.topic) || 0;
  const about = (id) => (id ? { kind: "topic", id } : undefined);
  const asked = new URLSearchParams(location.search);

  // What waits to be sent. One batch at a time: the answer to the first brings the cookie by which the rest is known.
  let waiting = [], busy = false, timer = 0, by = asked.get("by") || "";
  const body = () => {
    const batch = { events: waiting.splice(0, 200), sent_at: Date.now(), visit: visit.id, source: visit.source, by };
    by = "";
    return JSON.stringify(batch);
  };
  const send = async () => {
    clearTimeout(timer);
    timer = 0;
    if (busy || !waiting.length) return;
    busy = true;
    await fetch("/api/v1/events", { method: "POST", body: body(), keepalive: true }).catch(() => {});
    busy = false;
    if (waiting.length) soon();
  };
  const soon = () => { timer ||= setTimeout(send, 5000); };
  const note = (name, properties, object) => {
    if (answered() === "no") return;
    waiting.push({ name, at: Date.now(), properties, object });
    if (waiting.length >= 50) send(); else soon();
  };

  // A visit ends with half an hour in which nothing is seen. What led to its first page is the source of all of it.
  let visit;
  const host = document.referrer ? new URL(document.referrer).host : "";
  const beginVisit = () => {
    const now = Date.now();
    try { visit = JSON.parse(localStorage.visit); } catch { visit = null; }
    if (!visit || now - visit.at > 1800e3) {
      const source = asked.get("utm_source") || (host !== location.host && host) || "direct";
      visit = { id: 1 + Math.floor(Math.random() * (2 ** 53 - 2)), source: source.slice(0, 200) };
    }
    visit.at = now;
    try { localStorage.visit = JSON.stringify(visit); } catch { /* a browser that keeps nothing */ }
  };

  // Whoever says no is forgotten: here, and by the answer to a last batch, which takes the visitor's cookie away.
  const forget = () => {
    waiting = [];
    try { localStorage.removeItem("visit"); } catch { /* a browser that keeps nothing */ }
    navigator.sendBeacon("/api/v1/events", '{"events": []}');
  };

  const viewPage = () => {
    if (answered() === "no") return;
    beginVisit();
    const properties = { path: location.pathname };
    if (host && host !== location.host) properties.referrer = host.slice(0, 200);
    for (const name of ["utm_source", "utm_medium", "utm_campaign"]) {
      if (asked.get(name)) properties[name] = asked.get(name).slice(0, 100);
    }
    note("page_viewed", properties, about(topic));
    send();
  };

  // Seconds of a topic: in sight, and with a sign of life in the last minute.
  let seconds = 0, scroll = 0, alive = 0, last = 0;
  const tick = () => {
    const now = performance.now();
    if (document.visibilityState === "visible" && now - alive < 60e3) seconds += Math.min(now - last, 2000) / 1000;
    last = now;
    const page = document.documentElement;
    scroll = Math.max(scroll, Math.min(100, Math.round((100 * (scrollY + innerHeight)) / page.scrollHeight)));
  };
  const live = () => { alive = performance.now(); };
  const leave = () => {
    tick();
    if (topic && seconds >= 1) note("topic_read", { seconds: Math.round(seconds), scroll }, about(topic));
    seconds = 0;
    while (waiting.length) navigator.sendBeacon("/api/v1/events", body());
  };

  // Lists marked data-marks="name": each child is seen once, and clicked. Things marked data-mark="name": clicked.
  const topicIn = (item) => {
    const link = item.querySelector('a[href^="/t/"]');
    return about(link && Number(link.pathname.split("/")[2]));
  };
  const told = (list, item) => ({
    path: location.pathname, selector: list.dataset.marks, position: 1 + [...list.children].indexOf(item),
  });
  const sight = new IntersectionObserver((entries) => entries.forEach(({ isIntersecting, target }) => {
    if (!isIntersecting) return;
    sight.unobserve(target);
    note("impression", told(target.parentElement, target), topicIn(target));
  }), { threshold: 0.5 });
  const observed = new WeakSet();
  const observe = () => document.querySelectorAll("[data-marks] > *").forEach((item) => {
    if (observed.has(item) || !topicIn(item)) return;
    observed.add(item);
    sight.observe(item);
  });
  const click = (event) => {
    const pressed = event.target.closest("a, button");
    if (!pressed) return;
    const item = pressed.closest("[data-marks] > *");
    if (item) note("clicked", told(item.parentElement, item), topicIn(item));
    else if (pressed.dataset.mark) {
      note("clicked", { path: location.pathname, selector: pressed.dataset.mark, position: 1 }, about(topic));
    }
  };

  // A marked link is handed to the device's own sheet, or copied.
  let noting = false;
  const share = async (event) => {
    const link = event.target.closest("[data-share]");
    if (!link || !(navigator.share || navigator.clipboard)) return;
    event.preventDefault();
    const channel = navigator.share && matchMedia("(pointer: coarse)").matches ? "system" : "copy";
    try {
      if (channel === "system") await navigator.share({ url: link.href, title: document.title });
      else await navigator.clipboard.writeText(link.href);
    } catch { return; }
    if (channel === "copy") link.textContent = link.dataset.share;
    if (noting) note("shared", { channel }, about(topic));
  };
  document.addEventListener("click", share);
  if (by) {
    asked.delete("by");
    history.replaceState(history.state, "", location.pathname + (asked.size ? `?${asked}` : "") + location.hash);
  }

  const begin = () => {
    noting = true;
    last = performance.now();
    live();
    viewPage();
    observe();
    setInterval(tick, 1000);
    for (const sign of ["pointerdown", "pointermove", "keydown", "scroll", "touchstart"]) {
      addEventListener(sign, live, { passive: true });
    }
    document.addEventListener("click", click);
    document.addEventListener("htmx:afterSettle", observe);
    document.addEventListener("visibilitychange", () => { if (document.visibilityState === "hidden") leave(); else live(); });
    addEventListener("pagehide", leave);
    addEventListener("pageshow", (event) => { if (event.persisted) { live(); viewPage(); } });
  };

  const ask = () => { banner.hidden = false; };
  if (banner) {
    again.hidden = false;
    again.addEventListener("click", () => { ask(); banner.querySelector("button").focus(); });
    banner.addEventListener("click", ({ target }) => {
      if (!target.value) return;
      const secure = location.protocol === "https:" ? "; secure" : "";
      document.cookie = `consent=${target.value}; path=/; max-age=34560000; samesite=lax${secure}`;
      banner.hidden = true;
      if (target.value === "no") forget();
      else if (!noting) begin();
    });
  }
  if (navigator.globalPrivacyControl || navigator.doNotTrack === "1" || answered() === "no") return;
  if (banner && answered() !== "yes") ask();
  else if (document.prerendering) document.addEventListener("prerenderingchange", begin, { once: true });
  else begin();
})();
