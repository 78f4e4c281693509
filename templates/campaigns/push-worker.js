// Shows what the site sends while none of its pages is open, opens what it leads to, and tells what became of it.
// A message to try out leads to its page itself: of that there is nothing to tell.
const report = async (url, what) => new URL(url).pathname.startsWith("/m/")
  && fetch(new URL("report/", url), { method: "POST", body: what, keepalive: true });

const show = async ({ title, ...rest }) => {
  await self.registration.showNotification(title, rest);
  await report(rest.data.url, "shown").catch(() => {});
};

// The link leads on to a page of the site: where a tab shows it already, that one is brought forward.
const open = async (url) => {
  const answer = await report(url, "clicked").then((found) => found.json()).catch(() => ({}));
  const page = answer.path ? new URL(answer.path, self.location).href : url;
  const tabs = await self.clients.matchAll({ type: "window", includeUncontrolled: true });
  const tab = tabs.find((one) => one.url.split("#")[0] === page.split("#")[0]);
  return tab ? tab.focus() : self.clients.openWindow(url);
};

const renew = async (event) => {
  const old = event.oldSubscription;
  const made = event.newSubscription || (old && await self.registration.pushManager.subscribe(old.options));
  if (!made) return;
  const body = JSON.stringify({ ...made.toJSON(), old: old ? old.endpoint : undefined });
  await fetch("/push/", { method: "POST", body });
};

self.addEventListener("push", (event) => { if (event.data) event.waitUntil(show(event.data.json().notification)); });
self.addEventListener("notificationclick", (event) => {
  event.notification.close();
  event.waitUntil(open(event.notification.data.url));
});
self.addEventListener("notificationclose", (event) => {
  event.waitUntil(report(event.notification.data.url, "closed").catch(() => {}));
});
self.addEventListener("pushsubscriptionchange", (event) => event.waitUntil(renew(event)));
