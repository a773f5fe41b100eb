/** A session that ended under a page: what was typed is carried through signing in (http/unsent), or stays where it is. */

import { all, say } from "./page.js";

const FIELDS =
	'input:not([type="hidden"], [type="search"], [type="password"], [type="checkbox"], [type="radio"]), textarea';

export const typed = (root) =>
	all(FIELDS, root).some((field) => field.form?.method === "post" && field.value !== field.defaultValue);

/** As the browser itself would: the answer is a page. The button that was pressed goes along. */
function sendPlainly(form, submitter) {
	if (submitter?.name) {
		const field = document.createElement("input");
		Object.assign(field, { type: "hidden", name: submitter.name, value: submitter.value });
		form.append(field);
	}
	form.submit();
}

function refused(event) {
	const { ctx } = event.detail;
	const { status, headers } = ctx.response;
	const form = ctx.sourceElement?.closest?.('form[method="post"]');
	const sent = ctx.request.method === "POST" && form && typed(form);
	if (sent && (status === 401 || headers.get("x-send-again"))) {
		event.preventDefault();
		sendPlainly(form, ctx.request.submitter ?? document.activeElement?.closest?.("button[name]"));
	} else if (status === 401 && (ctx.asked || ctx.askedHost) && typed(document)) {
		// Nobody asked for this: whoever is typing goes on, and learns that it is not stored yet.
		event.preventDefault();
		say("You are signed out. What you typed is still here: save it, and you can sign in.", true);
	}
}

export function watchSession() {
	document.addEventListener("htmx:before:response", refused);
}
