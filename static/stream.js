/**
 * One event stream for all tabs: a browser opens at most six connections to a host, so the seventh tab with a stream of
 * its own would hang. The tab that holds a lock listens and passes everything on; when it goes, the lock goes to
 * another. Without locks (plain HTTP from another machine) only tabs that are looked at keep a stream.
 */

const NAMES = ["change", "resync", "progress", "scanning", "light"];
/** A tab that nobody looks at keeps its own stream for so long. */
const HIDDEN_MS = 30_000;

/** The last news this page knows of, as the server numbers them; "": it does not. */
let lastId = globalThis.document?.documentElement.dataset.liveId ?? "";

/** Listens to the server until it is closed. The browser reconnects after a cut, but not after an HTTP error: then we do. */
function listen(heard, turned) {
	let source;
	let timer;
	let opened = false;
	let retryMs = 1_000;
	const start = () => {
		source = new EventSource(lastId ? `/live?${new URLSearchParams({ last: lastId })}` : "/live");
		source.onopen = () => {
			turned(true);
			if (opened) heard({ name: "resync", data: {} });
			opened = true;
			retryMs = 1_000;
		};
		source.onerror = () => {
			const refused = source.readyState === EventSource.CLOSED;
			turned(false, refused);
			if (!refused) return;
			timer = setTimeout(start, retryMs * (0.75 + Math.random() / 2));
			retryMs = Math.min(30_000, retryMs * 2);
		};
		for (const name of NAMES) {
			source.addEventListener(name, ({ data, lastEventId }) =>
				heard({ name, data: JSON.parse(data || "{}"), id: lastEventId }),
			);
		}
	};
	start();
	return () => {
		clearTimeout(timer);
		source.close();
	};
}

/** All tabs together. A tab that comes asks how things are; one that knows other news than the leader looks again. */
function share(take) {
	const channel = new BroadcastChannel("rollcall-live");
	let stands;
	const relay = (message) => {
		channel.postMessage(message);
		take(message);
	};
	const report = (refused) =>
		stands !== undefined && relay({ name: "state", open: stands, refused, id: lastId });
	channel.onmessage = ({ data }) => (data.name === "hello" ? report() : take(data));
	channel.postMessage({ name: "hello" });
	const lead = () =>
		listen(relay, (open, refused) => {
			stands = open;
			report(refused);
		});
	// The promise never ends: the lock goes with the page.
	navigator.locks.request("rollcall-live", () => new Promise(lead));
}

/** Each visible tab for itself. */
function alone(take) {
	let close;
	let timer;
	let paused = false;
	const open = () => {
		close ??= listen(take, (open, refused) => take({ name: "state", open, refused }));
		if (paused) take({ name: "resync", data: {} });
		paused = false;
	};
	const pause = () => {
		close?.();
		close = undefined;
		paused = true;
	};
	const turned = () => {
		clearTimeout(timer);
		if (document.visibilityState === "visible") open();
		else timer = setTimeout(pause, HIDDEN_MS);
	};
	document.addEventListener("visibilitychange", turned);
	if (document.visibilityState === "visible") open();
	else paused = true;
}

/** Does `id` come after all this page knows of, or from another run of the server? */
function isLater(id) {
	if (!id || !lastId) return false;
	const [[epoch, n], [mine, known]] = [id.split("."), lastId.split(".")];
	return epoch !== mine || Number(n) > Number(known);
}

/** `tell` gets each message by name, `state` whether news arrive at present, or why not: the server refuses them. */
export function openStream({ tell, state }) {
	const take = ({ name, data, open, refused, id }) => {
		const missed = name === "state" && open && isLater(id);
		if (missed || (id && name !== "state")) lastId = id;
		if (name === "state") state(open, refused);
		else tell(name, data);
		if (missed) tell("resync", {});
	};
	if (navigator.locks && globalThis.BroadcastChannel) share(take);
	else alone(take);
}
