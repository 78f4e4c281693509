// Where a member may let the site reach this browser: the line under a topic right after they wrote or followed, and
// the switch in their settings. The browser itself is asked only once they press the button.
(() => {
  const kept = (name, value) => {
    try { return value ? localStorage.setItem(name, value) : localStorage.getItem(name); } catch { return null; }
  };
  const moment = {
    note() { try { sessionStorage.setItem("push-moment", "1"); } catch { /* a browser that keeps nothing */ } },
    take() {
      try {
        const now = sessionStorage.getItem("push-moment");
        sessionStorage.removeItem("push-moment");
        return now;
      } catch { return null; }
    },
  };
  document.addEventListener("submit", ({ target }) => {
    if (target.matches('.write-form, form[action$="/follow/"]')) moment.note();
  });

  document.querySelector("[data-scriptless]")?.remove();
  const box = document.querySelector("[data-push]");
  const now = moment.take();
  if (!box || !("serviceWorker" in navigator && "PushManager" in window && "Notification" in window)) return;

  const key = Uint8Array.from(atob(box.dataset.push.replace(/-/g, "+").replace(/_/g, "/")), (c) => c.charCodeAt(0));
  const tell = (subscription, more) => fetch("/push/", {
    method: "POST", body: JSON.stringify({ ...subscription.toJSON(), ...more }),
  });
  const found = async () => (await navigator.serviceWorker.getRegistration("/"))?.pushManager.getSubscription();
  const isOurs = ({ options }) => !options?.applicationServerKey
    || String(new Uint8Array(options.applicationServerKey)) === String(key);

  const turnOn = async () => {
    if (await Notification.requestPermission() !== "granted") return "refused";
    const { pushManager } = await navigator.serviceWorker.register("/push-worker.js").then(() => navigator.serviceWorker.ready);
    const old = await pushManager.getSubscription();
    if (old && !isOurs(old)) await old.unsubscribe();
    const made = await pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: key });
    if (!(await tell(made)).ok) throw new Error("the site did not take it");
    kept("push-told", String(Date.now()));
    return "on";
  };

  // Once a day the site hears that this browser is here still; where it is no longer its member's, it stops.
  const stay = async () => {
    const subscription = Notification.permission === "granted" && await found();
    if (!subscription) return false;
    if (box.dataset.pushAsk !== undefined && Date.now() - kept("push-told") < 864e5) return true;
    const answer = await tell(subscription, { again: true });
    kept("push-told", String(Date.now()));
    if (answer.status === 410) await subscription.unsubscribe();
    return answer.ok;
  };

  const say = (state) => {
    box.hidden = false;
    box.querySelectorAll("[data-when]").forEach((part) => { part.hidden = !part.dataset.when.split(" ").includes(state); });
  };
  const initial = (on) => (on ? "on" : Notification.permission === "denied" ? "refused" : "off");
  box.addEventListener("click", async ({ target }) => {
    if (target.value === "on") {
      const state = await turnOn().catch(() => "failed");
      if (state === "on" && box.dataset.pushAsk === undefined) location.reload(); // the list of devices has it now
      else say(state);
    }
    if (target.value === "later") {
      kept("push-later", "1");
      box.hidden = true;
    }
  });
  stay().catch(() => false).then((on) => {
    if (box.dataset.pushAsk === undefined) say(initial(on));
    else if (now && !on && !kept("push-later") && Notification.permission === "default") say("off");
  });
})();
