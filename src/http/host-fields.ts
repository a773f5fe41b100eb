/** One field of a host at a time, for people: at rest, in hand, stored, or refused with what is there now. */

import { Elysia } from "elysia";
import { type FieldInHand, FieldRow } from "../../views/host-fields.tsx";
import { renderFragment } from "../../views/render.tsx";
import { AppError } from "../errors.ts";
import { editField } from "../ipam/host-fields.ts";
import { demandHost } from "../ipam/hosts.ts";
import { HOST_FIELDS, type HostField } from "../model/host.ts";
import { listEvents } from "../store/events.ts";
import type { Desk } from "./desk.ts";
import { hostPage, knownTags, panelOf } from "./host-panel.ts";
import { readForm, readId } from "./query.ts";
import { explain, isHtmx, redirect, respondHtml, respondPage } from "./respond.ts";

/** Who changed a field last is looked for among so many events. */
const EVENTS = 50;

export function hostFieldRoutes(desk: Desk) {
	const raw = { parse: "none" } as const;
	return new Elysia()
		.get("/hosts/:id/fields/:field", ({ request, params }) =>
			row(desk, request, readId(params.id), readField(params.field)),
		)
		.get("/hosts/:id/fields/:field/edit", ({ request, params }) => {
			const field = readField(params.field);
			return row(desk, request, readId(params.id), field, { field });
		})
		.post(
			"/hosts/:id/fields/:field",
			({ request, params }) => save(desk, request, readId(params.id), readField(params.field)),
			raw,
		);
}

function readField(text: string): HostField {
	const field = HOST_FIELDS.find((name) => name === text);
	if (field === undefined) throw new AppError("not_found", "There is no such field.");
	return field;
}

function row(
	desk: Desk,
	request: Request,
	id: number,
	field: HostField,
	inHand?: FieldInHand,
	status = 200,
	place = placeOf(request),
) {
	const host = demandHost(desk.context, id);
	const tags = field === "tags" && inHand !== undefined ? knownTags(desk) : [];
	const html = renderFragment(desk.reader(request), FieldRow({ host, field, place, tags, inHand }));
	return respondHtml(request, html, status);
}

function placeOf(request: Request): "d" | "p" {
	return new URL(request.url).searchParams.get("place") === "d" ? "d" : "p";
}

async function save(desk: Desk, request: Request, id: number, field: HostField): Promise<Response> {
	const form = await readForm(request);
	const place = form("place") === "d" ? "d" : "p";
	const [add, remove] = [form("add"), form("untag")];
	const value = form("value");
	try {
		editField(
			desk.by(request),
			id,
			field === "tags" ? { field, add, remove } : { field, was: form("was"), value },
		);
	} catch (error) {
		if (!(error instanceof AppError) || error.code === "not_found") throw error;
		const { now } = error.detail ?? {};
		const inHand: FieldInHand =
			typeof now === "string"
				? { field, value, theirs: now, by: lastToChange(desk, id, field) }
				: { field, value: field === "tags" ? add : value, problem: error.message };
		const { status } = explain(error);
		if (isHtmx(request)) return row(desk, request, id, field, inHand, status, place);
		return respondPage(request, desk.shell(request), hostPage(panelOf(desk, id, inHand)), status);
	}
	if (!isHtmx(request)) return redirect(remove === "" ? `/hosts/${id}` : `/hosts/${id}?edit=tags`);
	return row(desk, request, id, field, remove === "" ? undefined : { field }, 200, place);
}

function lastToChange(desk: Desk, id: number, field: HostField): string | undefined {
	const event = listEvents(desk.context.db, { hostId: id, limit: EVENTS }).find(
		({ kind, detail }) => kind === "host_edited" && detail.field === field,
	);
	return event?.by?.name;
}
