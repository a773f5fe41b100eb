/** /openapi.json: the table of operations as OpenAPI 3.1. Made of the same values that read and answer requests. */

import type { TSchema } from "@sinclair/typebox";
import pkg from "../../../package.json" with { type: "json" };
import { type Answer, needFor, type Operation, REFUSALS } from "./operation.ts";
import { EXTRA_EXAMPLES, PROBLEM, problemExample } from "./problems.ts";
import { WEBHOOK_MESSAGES } from "./webhook-message.ts";

type Json = Readonly<Record<string, unknown>>;

const TAGS: Readonly<Record<Operation["tag"], string>> = {
	Subnets: "Managed blocks of addresses, what is used and unused in them.",
	Hosts: "What answers, or is recorded, at an address.",
	Batches: "Many things that were done at once, and undoing them.",
	Events: "What happened, as a list and as a stream.",
	Doctor: "What works on this machine, and what does not.",
	Runs: "Sweeps and port scans: how far they are.",
	Webhooks: "Other programs that are told what happens.",
	"Users and tokens": "Who may sign in to the pages, and keys for programs.",
	"Import and export": "Everything in, everything out.",
	About: "Rollcall itself.",
};

const DESCRIPTION = `Everything about networks, hosts and those who look after them that the pages do, and more, as JSON.

* Send \`Authorization: Bearer rc_…\`. In a browser the session does, with the header \`x-csrf-token\` for what writes.
* Input is read strictly: unknown fields and parameters, those that come twice, numbers as text and the like are refused
  with a problem (RFC 9457) whose \`field\` names what is wrong and whose \`detail\` says what would be right.
* Lists come in pages: send \`next_cursor\` of one as \`cursor\` of the next. A cursor names a place, so that rows that come
  and go meanwhile neither double nor hide others.
* \`ETag\` is a version and, behind a hyphen, a digest of the answer. Send it as \`If-Match\`, and an edit that came too
  late is refused with 412: there the version alone counts, so that what sweeps measure is in nobody's way. Send it as
  \`If-None-Match\`, and as long as nothing at all has changed the answer is 304, without a body.
* Times are ISO 8601 in UTC.`;

const HEADERS: Readonly<Record<string, { says: string; example: string }>> = {
	"If-Match": { says: "Versions this edit may be based on, or *.", example: '"3"' },
	"If-None-Match": {
		says: "Tags of answers you have, or *: if it is still one of these, 304 says so.",
		example: '"3-1k9wq0zt7a2mf"',
	},
	"Idempotency-Key": {
		says: "A text of yours, new for every wish: asked again with the same one, the first answer comes again.",
		example: "9f1c6f0e-3a52-4a55-9a3c-0f6f7b1d2c11",
	},
	"Last-Event-ID": {
		says: "The id of the last event that was read: the stream goes on behind it.",
		example: "4711",
	},
};

/** The document as a value; `operations` in the order they are shown. */
export function describeApi(operations: readonly Operation[]): Json {
	const schemas = new Map<string, Json>();
	const paths: Record<string, Record<string, Json>> = {};
	for (const one of operations) {
		const at = paths[one.path] ?? {};
		paths[one.path] = at;
		at[one.method.toLowerCase()] = describe(one, schemas);
	}
	const webhooks = Object.fromEntries(
		WEBHOOK_MESSAGES.map((message) => [message.name, describeMessage(message, schemas)]),
	);
	reference(PROBLEM, schemas);
	const used = new Set(operations.map((one) => one.tag));
	return {
		openapi: "3.1.0",
		info: {
			title: "Rollcall",
			version: pkg.version,
			summary: "Which addresses are used, which hosts are alive, where is the next free one?",
			description: DESCRIPTION,
			license: { name: "MIT", identifier: "MIT" },
			contact: { name: "Rollcall" },
		},
		servers: [{ url: "/api/v1", description: "This server." }],
		security: [{ token: [] }, { session: [] }],
		tags: Object.entries(TAGS)
			.filter(([name]) => used.has(name as Operation["tag"]))
			.map(([name, description]) => ({ name, description })),
		paths,
		webhooks,
		components: {
			schemas: Object.fromEntries([...schemas].sort(([a], [b]) => (a < b ? -1 : 1))),
			securitySchemes: {
				token: { type: "http", scheme: "bearer", description: "A token from Settings → Tokens: rc_…" },
				session: {
					type: "apiKey",
					in: "cookie",
					name: "__Host-rollcall",
					description: "The session of a browser; what writes needs the header x-csrf-token too.",
				},
			},
		},
	};
}

function describe(one: Operation, schemas: Map<string, Json>): Json {
	const { role } = needFor(one);
	const scope = { viewer: "read", editor: "write", admin: "admin" }[role];
	return {
		operationId: one.id,
		tags: [one.tag],
		summary: one.summary,
		description: [one.details, `Needs a token of scope \`${scope}\`, or the role ${role}.`]
			.filter(Boolean)
			.join("\n\n"),
		parameters: parametersOf(one),
		...bodyOf(one, schemas),
		responses: {
			...Object.fromEntries(
				Object.entries(one.answers).map(([status, answer]) => [status, describeAnswer(answer, schemas)]),
			),
			...(one.headers?.includes("If-None-Match") === true ? { 304: NOT_MODIFIED } : {}),
			...refusalsOf(one, schemas),
		},
	};
}

/** RFC 9110 15.4.5. */
const NOT_MODIFIED = {
	description: "It is as the tag in If-None-Match says: nothing is sent.",
	headers: { etag: { description: "That tag.", schema: { type: "string" } } },
};

function parametersOf(one: Operation): Json[] {
	const names = [...one.path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name);
	const ids = names.map((name) => ({
		name,
		in: "path",
		required: true,
		description: "Its number.",
		schema: { type: "integer", minimum: 1 },
		example: 1,
	}));
	const query = Object.entries(one.query ?? {}).map(([name, { says, schema, example }]) => ({
		name,
		in: "query",
		required: false,
		description: says,
		// As a parameter's own example, pages that try it out would send it.
		schema: { ...schema, examples: [example] },
	}));
	const headers = (one.headers ?? []).map((name) => ({
		name,
		in: "header",
		required: false,
		description: HEADERS[name]?.says,
		schema: { type: "string", examples: [HEADERS[name]?.example] },
	}));
	return [...ids, ...query, ...headers];
}

function bodyOf(one: Operation, schemas: Map<string, Json>): Json {
	if (one.takes !== undefined) {
		const content = Object.fromEntries(
			one.takes.map((type) => [
				type,
				{ schema: { type: "string", format: "binary" }, example: one.bodyExample ?? "" },
			]),
		);
		return { requestBody: { required: true, content } };
	}
	if (one.body === undefined) return {};
	const content = { schema: reference(one.body, schemas), example: one.bodyExample };
	return {
		requestBody: { required: one.bodyNeeded !== false, content: { "application/json": content } },
	};
}

function describeAnswer(answer: Answer, schemas: Map<string, Json>): Json {
	const headers = Object.entries(answer.headers ?? {}).map(([name, description]) => [
		name,
		{ description, schema: { type: "string" } },
	]);
	const type = answer.type ?? "application/json";
	return {
		description: answer.says,
		...(headers.length === 0 ? {} : { headers: Object.fromEntries(headers) }),
		content: { [type]: { schema: reference(answer.schema, schemas), example: answer.example } },
	};
}

function refusalsOf(one: Operation, schemas: Map<string, Json>): Json {
	const common = REFUSALS.filter(({ of }) => of(one));
	const own = Object.entries(one.refuses ?? {}).map(
		([status, says]) => [Number(status), String(says)] as const,
	);
	const all = new Map<number, string>([...common.map(({ status, says }) => [status, says] as const), ...own]);
	const waits = new Set(common.filter((refusal) => refusal.waits).map(({ status }) => status));
	const described = [...all].map(([status, says]) => {
		const example = problemExample(status, EXTRA_EXAMPLES[`${one.id} ${status}`]);
		const headers = waits.has(status) ? { headers: RETRY_AFTER } : {};
		return [String(status), { ...describeProblem(says, example, schemas), ...headers }];
	});
	const rest = describeProblem("Anything else that went wrong.", problemExample(500), schemas);
	return { ...Object.fromEntries(described), default: rest };
}

/** RFC 9110 10.2.3, always as seconds. */
const RETRY_AFTER = {
	"retry-after": {
		description: "Seconds to wait before asking again.",
		schema: { type: "integer", minimum: 0 },
	},
};

function describeProblem(description: string, example: unknown, schemas: Map<string, Json>): Json {
	return {
		description,
		content: { "application/problem+json": { schema: reference(PROBLEM, schemas), example } },
	};
}

function describeMessage(message: (typeof WEBHOOK_MESSAGES)[number], schemas: Map<string, Json>): Json {
	return {
		post: {
			operationId: `told_${message.name}`,
			tags: ["Webhooks"],
			summary: message.summary,
			description: message.details,
			security: [],
			parameters: message.headers.map(({ name, says, example }) => ({
				name,
				in: "header",
				required: true,
				description: says,
				schema: { type: "string" },
				example,
			})),
			requestBody: {
				required: true,
				content: {
					"application/json": { schema: reference(message.schema, schemas), examples: message.examples },
				},
			},
			responses: {
				"2XX": { description: "It arrived." },
				"410": { description: "Never send here again: the webhook is switched off." },
				default: { description: "It is tried again, six times within 18 hours." },
			},
		},
	};
}

/** A schema as the document holds it: those with a name once, in components, and named where they are used. */
function reference(schema: TSchema, schemas: Map<string, Json>): Json {
	const { $id: name, ...rest } = schema;
	const plain = convert(rest, schemas) as Json;
	if (name === undefined) return plain;
	schemas.set(name, plain);
	return { $ref: `#/components/schemas/${name}` };
}

function convert(value: unknown, schemas: Map<string, Json>): unknown {
	if (Array.isArray(value)) return value.map((one) => convertOne(one, schemas));
	if (typeof value !== "object" || value === null) return value;
	return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, convertOne(one, schemas)]));
}

function convertOne(value: unknown, schemas: Map<string, Json>): unknown {
	const named = typeof value === "object" && value !== null && typeof Reflect.get(value, "$id") === "string";
	return named ? reference(value as TSchema, schemas) : convert(value, schemas);
}
