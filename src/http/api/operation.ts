/**
 * One operation of the API as a value: path, what it takes, what it answers, what it refuses, and the call that does
 * it. The router, the strict reading of input, /openapi.json and the contract test all come from these values, so
 * that none of them can say something else. Knows no request and no noun.
 */

import { type Static, type TSchema, Type as t } from "@sinclair/typebox";
import { type Need, needOf } from "../access.ts";
import type { Parameter } from "./parameters.ts";

export type Method = "GET" | "POST" | "PUT" | "PATCH" | "DELETE";

export type Answer = {
	readonly says: string;
	readonly schema: TSchema;
	readonly example: unknown;
	/** Headers worth knowing, and what they say. */
	readonly headers?: Readonly<Record<string, string>>;
	/** Another content type than JSON. */
	readonly type?: string;
};
export type Answers = Readonly<Record<number, Answer>>;

/** By name; what was not said is undefined. */
export type Query = Readonly<Record<string, Parameter<unknown>>>;
export type QueryValues<Q extends Query> = {
	readonly [N in keyof Q]: Q[N] extends Parameter<infer T> ? T | undefined : never;
};

/** A request that was read: ids of the path in their order, query and body as their schemas say. */
export type Ask<Q, B> = {
	readonly request: Request;
	readonly id: number;
	readonly ids: readonly number[];
	readonly query: Q;
	readonly body: B;
};

type Reply<A extends Answers> = {
	[S in keyof A & number]: {
		readonly status: S;
		readonly body: Static<A[S]["schema"]>;
		readonly headers?: Readonly<Record<string, string>>;
	};
}[keyof A & number];

/** Why an operation refuses, by status; those that hold for every operation are in REFUSALS. */
export type Refusals = Readonly<Partial<Record<403 | 404 | 409 | 412 | 429 | 503, string>>>;

type Definition<Q extends Query, B extends TSchema, A extends Answers> = {
	readonly method: Method;
	/** Below /api/v1; every {name} is the number of something. */
	readonly path: string;
	readonly id: string;
	readonly tag:
		| "Subnets"
		| "Hosts"
		| "Batches"
		| "Doctor"
		| "Events"
		| "Runs"
		| "Webhooks"
		| "Users and tokens"
		| "Import and export"
		| "About";
	/** A line without a full stop, and what more there is to know. */
	readonly summary: string;
	readonly details?: string;
	readonly query?: Q;
	/** JSON. `bodyExample` is what a person would send; without `bodyNeeded: false` there must be one. */
	readonly body?: B;
	readonly bodyExample?: unknown;
	readonly bodyNeeded?: boolean;
	/** Content types of a body that the operation reads itself, instead of JSON. */
	readonly takes?: readonly string[];
	/** Headers it listens to; If-None-Match is answered with 304 by the way there. */
	readonly headers?: readonly ("If-Match" | "If-None-Match" | "Idempotency-Key" | "Last-Event-ID")[];
	readonly answers: A;
	readonly refuses?: Refusals;
	/** The answer depends on the database alone: it is kept until that changes. */
	readonly keeps?: boolean;
	/** The answer goes on for ever: a HEAD must not open it. */
	readonly streams?: boolean;
	/** It may take longer than a silent connection is kept. */
	readonly slow?: boolean;
};

export type Operation = Definition<Query, TSchema, Answers> & {
	readonly handle: (ask: Ask<never, never>) => Response | Reply<Answers> | Promise<Response | Reply<Answers>>;
};

/** Ties the types of a definition together: what is handled is what was declared, and so is what is answered. */
export function operation<Q extends Query, B extends TSchema, const A extends Answers>(
	definition: Definition<Q, B, A> & {
		readonly handle: (
			ask: Ask<QueryValues<Q>, Static<B>>,
		) => Response | Reply<NoInfer<A>> | Promise<Response | Reply<NoInfer<A>>>;
	},
): Operation {
	return definition as unknown as Operation;
}

export const PREFIX = "/api/v1";

/** What the table of access asks of whoever calls it. */
export function needFor(one: Pick<Operation, "method" | "path">): Need {
	return needOf(one.method, `${PREFIX}${one.path.replaceAll(/\{\w+\}/g, "1")}`);
}

/** What holds for every operation, by status. `of` tells which have it. */
export const REFUSALS: readonly {
	readonly status: number;
	readonly says: string;
	readonly of: (one: Operation) => boolean;
	/** It says when to come again. */
	readonly waits?: true;
}[] = [
	{
		status: 400,
		says: "The body is no JSON, names a field twice, or is nested too deeply.",
		of: (one) => one.body !== undefined,
	},
	{ status: 401, says: "Nobody is signed in, or the token is none (any more).", of: () => true },
	{
		status: 403,
		says: "The caller's role or scope does not allow this, or the request came from a page of another site.",
		of: (one) => one.method !== "GET" || needFor(one).role !== "viewer",
	},
	{ status: 413, says: "The body is too large.", of: (one) => one.body !== undefined },
	{ status: 415, says: "The body is of another kind than this takes.", of: (one) => one.method !== "GET" },
	{ status: 421, says: "Rollcall is not called what the Host header says.", of: () => true },
	{
		status: 422,
		says: "Something of the input cannot be used: `field` names it, `detail` says what would be right.",
		of: () => true,
	},
	{
		status: 429,
		says:
			"A token asks more than 20 times a second and 60 at once, or this was asked for too often; the header " +
			"retry-after says how many seconds to wait.",
		of: () => true,
		waits: true,
	},
	{
		status: 503,
		says:
			"Something else, such as a large import, is writing to the database, and did not end in time: nothing was done. " +
			"The header retry-after says how many seconds to wait.",
		of: (one) => mayWrite(one.method, one.path),
		waits: true,
	},
];

/**
 * Reads write nothing. Nor does the question whether a host answers now, which matters most when all else is stuck, nor
 * whoever ends an import: it is what everybody else waits for.
 */
export function mayWrite(method: string, url: string): boolean {
	return method !== "GET" && method !== "HEAD" && !/\/(ping|imports\/[^/]+\/cancel)$/.test(url);
}

/** A schema that may also be null. */
export function nullable<T extends TSchema>(schema: T) {
	return t.Union([schema, t.Null()]);
}

/** A page of a list, and where the next one begins. */
export function pageOf<T extends TSchema>(item: T) {
	return t.Object(
		{
			items: t.Array(item),
			next_cursor: nullable(
				t.String({ description: "What to send as `cursor` for the next page; null on the last one." }),
			),
		},
		{ additionalProperties: false },
	);
}

/** An object of the API: it has these fields and no other. */
export function shape<P extends Record<string, TSchema>>(
	fields: P,
	more: { readonly $id?: string; readonly description?: string } = {},
) {
	return t.Object(fields, { additionalProperties: false, ...more });
}

/** A moment, ISO 8601 in UTC. */
export function moment(description: string) {
	return t.String({ format: "date-time", description });
}
