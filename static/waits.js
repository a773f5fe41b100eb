/** A wish that came too often: its button says how long to wait, and is itself again afterwards. */

import { say } from "./page.js";

/** The seconds to wait, where the answer says that this was asked for too often; else undefined. */
export function waitOf({ status, headers }) {
	const seconds = Number(headers?.get?.("retry-after"));
	return status === 429 && seconds > 0 ? seconds : undefined;
}

/** Counts down on the button of the form that was sent. */
export function hold(form, seconds) {
	const button = form?.querySelector?.('button[type="submit"]');
	say(`Too often: wait ${seconds} s.`, true);
	if (!button || button.dataset.waits) return;
	const label = button.textContent;
	const until = performance.now() + seconds * 1_000;
	button.dataset.waits = "";
	form.dataset.busy = "";
	const tick = () => {
		const left = Math.ceil((until - performance.now()) / 1_000);
		button.disabled = left > 0;
		button.textContent = left > 0 ? `Wait ${left} s` : label;
		if (left > 0) return setTimeout(tick, 250);
		delete button.dataset.waits;
		delete form.dataset.busy;
	};
	tick();
}
