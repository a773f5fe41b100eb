/** The next free address of a subnet by JSON: reserved for the caller alone, with the reasons of what was passed over. */

import { type Static, Type as t } from "@sinclair/typebox";
import { BOUNDS } from "../../config.ts";
import { type NextAddress, reserveNext } from "../../ipam/next-address.ts";
import { SKIP_REASONS } from "../../model/candidate.ts";
import { formatAddress } from "../../net/address.ts";
import type { Desk } from "../desk.ts";
import { openSilence } from "../silence.ts";
import { openOnce } from "./idempotent.ts";
import { type Operation, operation, shape } from "./operation.ts";
import { EXPIRES_AT, HOST, HOST_EXAMPLE, hostJson, readExpiry } from "./shapes.ts";

const WISH = shape(
	{
		hostname: t.Optional(t.String({ maxLength: 4_000 })),
		description: t.Optional(t.String({ maxLength: 4_000 })),
		tags: t.Optional(t.Array(t.String({ maxLength: 400 }), { maxItems: 400 })),
		notes: t.Optional(t.String({ maxLength: 40_000 })),
		from: t.Optional(t.String({ maxLength: 64, description: "The lowest address that will do." })),
		expires_at: t.Optional(EXPIRES_AT),
		ask: t.Optional(
			t.Boolean({
				default: true,
				description: "false: do not ask whether the address answers now; what is recorded is enough.",
			}),
		),
	},
	{ $id: "NextAddressWish" },
);
const SKIPPED = shape(
	{
		first: t.String(),
		last: t.String(),
		reason: t.String({ enum: [...SKIP_REASONS] }),
		says: t.String({ description: "The same in words." }),
	},
	{ $id: "SkippedRange", description: "Addresses that were passed over for one reason, both ends included." },
);
const NEXT = shape(
	{
		host: HOST,
		known: t.String({
			enum: ["asked", "swept", "not_asked"],
			description: "How it is known that nobody answers there: asked just now, by a sweep, or not at all.",
		}),
		skipped: t.Array(SKIPPED, { description: "Every earlier address, ascending." }),
		skipped_more: t.Integer({ minimum: 0, description: "Ranges that are not named any more." }),
	},
	{ $id: "NextAddress" },
);
const EXAMPLE: Static<typeof NEXT> = {
	host: {
		...HOST_EXAMPLE,
		id: 62,
		ip: "10.0.0.15",
		hostname: "printer-4.lan",
		description: "",
		ptr_name: "",
		mac: null,
		vendor: null,
		tags: ["printer"],
		status: "unknown",
		latency_ms: null,
		first_seen_at: null,
		last_seen_at: null,
		status_since: null,
		ports: [],
		version: 1,
	},
	known: "swept",
	skipped: [
		{ first: "10.0.0.1", last: "10.0.0.1", reason: "gateway", says: "is the gateway of the subnet" },
		{ first: "10.0.0.2", last: "10.0.0.13", reason: "recorded", says: "12 hosts are recorded there: 12 up" },
		{
			first: "10.0.0.14",
			last: "10.0.0.14",
			reason: "answers",
			says: "answers, though nothing is recorded there",
		},
	],
	skipped_more: 0,
};

export function nextAddressOperation(desk: Desk): Operation {
	const { clock } = desk.context;
	const silence = openSilence({
		surroundings: desk.surroundings,
		clock,
		trustMs: BOUNDS.silenceTrustMs,
		addressesMax: BOUNDS.silentMax,
	});
	const once = openOnce();
	return operation({
		method: "POST",
		path: "/subnets/{id}/next-address",
		id: "nextAddress",
		tag: "Subnets",
		summary: "Reserve the next free address of a subnet",
		details:
			"No address is given to two callers. Passed over are addresses with a host, the gateway, those that answer " +
			`now, where a host that was deleted since answered within ${BOUNDS.quietDays} days, and those in this ` +
			"machine's neighbour table; `skipped` says why for each. After a sweep of the whole subnet within the last " +
			"two minutes its silence counts; otherwise addresses are asked, which takes half a second.",
		headers: ["Idempotency-Key"],
		body: WISH,
		bodyExample: { hostname: "printer-4.lan", tags: ["printer"] },
		bodyNeeded: false,
		answers: {
			201: {
				says: "The reservation.",
				schema: NEXT,
				example: EXAMPLE,
				headers: { location: "Where the host is." },
			},
		},
		refuses: {
			404: "There is no such subnet.",
			409: "No address is free.",
			503:
				"Nothing can be asked at present: with `ask: false` what is recorded is enough. Or something else is writing " +
				"to the database: then the header retry-after says how many seconds to wait.",
		},
		async handle({ request, id, body }) {
			const by = desk.by(request);
			const { expires_at: end, ask = true, from = "", ...rest } = body;
			const wish = { hostname: "", description: "", tags: [], notes: "", ...rest, from, ask };
			const expiresAt = readExpiry(end) ?? undefined;
			const what = { subnet: id, body };
			const asked = { db: by.db, actor: by.actor, at: clock.now(), what, headersOf };
			return once(request, asked, async (keep) =>
				told(await reserveNext(by, id, { ...wish, expiresAt }, silence, BOUNDS, (next) => keep(told(next)))),
			);
		},
	});
}

function headersOf({ host }: { readonly host: { readonly id: number } }) {
	return { location: `/api/v1/hosts/${host.id}` };
}

function told({ host, known, skipped, skippedMore }: NextAddress) {
	const runs = skipped.map(({ first, last, reason, says }) => ({
		first: formatAddress(first),
		last: formatAddress(last),
		reason,
		says,
	}));
	return {
		status: 201,
		body: { host: hostJson(host), known, skipped: runs, skipped_more: skippedMore },
		headers: headersOf({ host }),
	} as const;
}
