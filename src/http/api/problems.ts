/** What a problem may say: our words, the name of the field, never the value that was sent; and its shape. */

import { Type as t } from "@sinclair/typebox";
import { AppError } from "../../errors.ts";
import { BUSY } from "../../store/faults.ts";
import { STATUS_TITLES } from "../respond.ts";
import { shape } from "./operation.ts";

export const PROBLEM = shape(
	{
		type: t.String({ description: "about:blank: the status says it all." }),
		title: t.String({ description: "What the status means." }),
		status: t.Integer(),
		detail: t.String({ description: "What was wrong and what would be right, for a person." }),
		code: t.String({
			enum: ["invalid", "not_found", "conflict", "denied", "limited", "unavailable", "internal"],
			description: "The same for a program.",
		}),
		field: t.Optional(t.String({ description: "The field, parameter or header at fault." })),
		extra: t.Optional(
			t.Record(t.String(), t.Union([t.String(), t.Number()]), {
				description:
					"What may help: a suggestion, the number of the thing in the way, the version there is now.",
			}),
		),
	},
	{ $id: "Problem", description: "Why it was refused (RFC 9457)." },
);

const EXAMPLES: Readonly<Record<number, { code: string; detail: string; field?: string; extra?: object }>> = {
	400: { code: "invalid", detail: "The body is not valid JSON." },
	401: { code: "denied", detail: "Sign in first." },
	403: { code: "denied", detail: "This request came from a page of another site. Nothing was changed." },
	404: { code: "not_found", detail: "There is no such subnet." },
	409: { code: "conflict", detail: "Somebody else changed this meanwhile." },
	412: {
		code: "conflict",
		detail: "Somebody else changed this meanwhile: read it again.",
		field: "If-Match",
	},
	413: { code: "invalid", detail: "The body is larger than 1048576 bytes." },
	415: { code: "invalid", detail: "Send JSON in UTF-8, with content-type: application/json." },
	421: {
		code: "denied",
		detail:
			"Rollcall is not called evil.test. If it is, name it in HOST_NAMES, or set PUBLIC_URL to that address.",
	},
	422: { code: "invalid", detail: "limit is a whole number from 1 to 500.", field: "limit" },
	429: {
		code: "limited",
		detail: "This token asks too often. Wait 1 s, then it goes on.",
		extra: { retry_after_s: 1 },
	},
	503: { code: "unavailable", detail: BUSY },
	500: {
		code: "internal",
		detail: "Rollcall made a mistake; what you see elsewhere is still right. The log says more.",
	},
};

/** Where the example of a status would mislead: by operation and status. */
export const EXTRA_EXAMPLES: Readonly<
	Record<string, { code: string; detail: string; field?: string; extra?: object }>
> = {
	"createSubnet 409": {
		code: "conflict",
		detail: "10.0.0.0/24 is already here as “Office LAN”.",
		field: "cidr",
		extra: { subnet_id: 1 },
	},
	"pingHost 503": { code: "unavailable", detail: "Nothing can be asked at present." },
	"createHost 409": {
		code: "conflict",
		detail: "10.0.0.14 is already taken by nas.lan.",
		field: "address",
		extra: { host_id: 5 },
	},
};

/** A problem of this status, as it looks. */
export function problemExample(status: number, more = EXAMPLES[status]): object {
	return { type: "about:blank", title: STATUS_TITLES[status] ?? "Something broke", status, ...more };
}

/** Shorter texts are parts of ordinary words. */
const VALUE_MIN = 2;

/**
 * The error with the value of its field taken out of its words: pages show people what they typed, an answer to a
 * script may end in a log, and a value may be a secret in the wrong field. Applies to errors about input only.
 */
export function withoutValues(error: AppError, body: unknown, search: string): AppError {
	if (error.code !== "invalid" || error.field === undefined) return error;
	const values = [...leaves(valueAt(body, error.field)), ...new URLSearchParams(search).getAll(error.field)];
	let says = error.message.replace(/“[^”]*”/gu, "This value");
	for (const value of values) if (value.length >= VALUE_MIN) says = says.replaceAll(value, "this value");
	if (says === error.message) return error;
	const begun = says.slice(0, 1).toUpperCase() + says.slice(1);
	const cleaned = new AppError("invalid", begun, {
		field: error.field,
		...(error.detail === undefined ? {} : { detail: error.detail }),
	});
	return Object.setPrototypeOf(
		Object.assign(cleaned, { ...error, message: begun }),
		Object.getPrototypeOf(error),
	);
}

function valueAt(body: unknown, field: string): unknown {
	// Fields are named by strangers: “__proto__” is no name of ours.
	const name = NAMES.get(field) ?? field;
	return name
		.split(".")
		.reduce<unknown>(
			(value, key) =>
				typeof value === "object" && value !== null && Object.hasOwn(value, key)
					? Reflect.get(value, key)
					: undefined,
			body,
		);
}

/** Fields that verbs call otherwise than the API does. */
const NAMES: ReadonlyMap<string, string> = new Map([["address", "ip"]]);

function leaves(value: unknown): string[] {
	if (typeof value === "string") return [value.trim(), value];
	return Array.isArray(value) ? value.flatMap(leaves) : [];
}
