/** What people decide about who a host is: which name it goes by, how it is asked, which news is old. Pages. */

import { Elysia } from "elysia";
import { AppError } from "../errors.ts";
import { dismissEvent } from "../ipam/dismissals.ts";
import { switchHostSnmp } from "../ipam/hosts.ts";
import { useName } from "../ipam/names.ts";
import { switchSubnet } from "../ipam/subnets.ts";
import type { Desk } from "./desk.ts";
import { readForm, readId } from "./query.ts";
import { isHtmx, redirect, respondNothing } from "./respond.ts";

export function identityRoutes(desk: Desk) {
	const raw = { parse: "none" } as const;
	return new Elysia()
		.post(
			"/events/:id/dismiss",
			async ({ request, params }) => {
				const field = await readForm(request);
				dismissEvent(desk.by(request), readId(params.id));
				const back = field("back");
				return done(request, /^\/hosts\/\d{1,15}$/.test(back) ? back : "/activity");
			},
			raw,
		)
		.post(
			"/hosts/:id/name",
			async ({ request, params }) => {
				const id = readId(params.id);
				useName(desk.by(request), id, readSource((await readForm(request))("source")));
				return done(request, `/hosts/${id}`);
			},
			raw,
		)
		.post(
			"/hosts/:id/snmp",
			async ({ request, params }) => {
				const id = readId(params.id);
				switchHostSnmp(desk.by(request), id, readSwitch((await readForm(request))("enabled")));
				return done(request, `/hosts/${id}`);
			},
			raw,
		)
		.post(
			"/subnets/:id/snmp",
			async ({ request, params }) => {
				const id = readId(params.id);
				const snmpEnabled = readSwitch((await readForm(request))("enabled")) === true;
				switchSubnet(desk.by(request), id, { snmpEnabled });
				return redirect(`/subnets/${id}/edit`);
			},
			raw,
		);
}

/** A page or drawer that is open hears of it by the live stream and keeps what is being typed; else back to the page. */
function done(request: Request, back: string): Response {
	return isHtmx(request) ? respondNothing() : redirect(back);
}

function readSource(text: string): "ptr" | "snmp" {
	if (text === "ptr" || text === "snmp") return text;
	throw new AppError("invalid", "source is ptr or snmp.", { field: "source" });
}

/** "yes", "no", or "" for: as it is set further up. */
function readSwitch(text: string): boolean | null {
	return text === "yes" ? true : text === "no" ? false : null;
}
