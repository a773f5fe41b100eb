/** What people decide about who a host is: news of its hardware address put away. Pages and JSON. */

import { Elysia } from "elysia";
import { dismissEvent } from "../ipam/dismissals.ts";
import { eventJson } from "./api/shapes.ts";
import type { Desk } from "./desk.ts";
import { readForm, readId } from "./query.ts";
import { redirect, respondJson } from "./respond.ts";

export function identityRoutes({ context }: Desk) {
	return new Elysia().post(
		"/events/:id/dismiss",
		async ({ request, params }) => {
			const field = await readForm(request);
			dismissEvent(context, readId(params.id));
			const back = field("back");
			return redirect(/^\/hosts\/\d{1,15}$/.test(back) ? back : "/activity");
		},
		{ parse: "none" },
	);
}

export function identityApi({ context }: Desk) {
	return new Elysia({ prefix: "/api/v1", normalize: false }).post(
		"/events/:id/dismiss",
		({ request, params }) => respondJson(request, eventJson(dismissEvent(context, readId(params.id)))),
	);
}
