/** The contract: every operation of /openapi.json, every status it promises reached, every answer as it says. */

import { Database } from "bun:sqlite";
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createConfig, lintFromString } from "@redocly/openapi-core";
import Ajv2020 from "ajv/dist/2020";
import { systemClock } from "../../../src/clock.ts";
import { BOUNDS } from "../../../src/config.ts";
import { AppError } from "../../../src/errors.ts";
import { createToken } from "../../../src/ipam/tokens.ts";
import { type Call, type Document, furnish, sceneOf } from "../../helpers/api-scenes.ts";
import { openRig, type Rig } from "../../helpers/app.ts";

const rig = await openRig();
const text = (await rig.get("/openapi.json")).text;
await rig.close();
const doc = JSON.parse(text) as Document & { webhooks: object; components: { schemas: object } };
const ajv = new Ajv2020({ strict: false, validateFormats: false, allErrors: true });
ajv.addSchema(doc, "doc");

const operations = Object.entries(doc.paths).flatMap(([path, methods]) =>
	Object.entries(methods).map(([method, described]) => ({ path, method, described })),
);

/** What is wrong with a value, by the schema at this place of the document. */
function problems(place: readonly string[], value: unknown): string[] {
	const pointer = place.map((part) => encodeURIComponent(part.replaceAll("~", "~0").replaceAll("/", "~1")));
	const validate = ajv.compile({ $ref: `doc#/${pointer.join("/")}` });
	return validate(value) ? [] : (validate.errors ?? []).map((one) => `${one.instancePath} ${one.message}`);
}

async function send(on: Rig, { method, path, body, headers = {} }: Call) {
	const type = body === undefined ? {} : { "content-type": "application/json" };
	const sent = typeof body === "string" ? body : JSON.stringify(body);
	const init: RequestInit = { method, headers: { ...type, ...headers } };
	if (body !== undefined) init.body = sent;
	return on.fetch(`/api/v1${path}`, init);
}

describe("the document", () => {
	test("Redocly's recommended rules find no error", async () => {
		const config = await createConfig({ extends: ["recommended"] });
		const found = await lintFromString({ source: text, config, absoluteRef: "openapi.json" });
		expect(found.filter(({ severity }) => severity === "error").map(({ message }) => message)).toEqual([]);
	});

	test("every operation has its own id, a summary, examples that fit their schemas, and refusals", () => {
		expect(operations.length).toBeGreaterThan(30);
		const ids = operations.map(({ described }) => described.operationId);
		expect(new Set(ids).size).toBe(ids.length);
		const wrong: string[] = [];
		for (const { path, method, described } of operations) {
			const at = ["paths", path, method];
			if ((described.summary ?? "").length < 8 || described.summary?.endsWith("."))
				wrong.push(`${path}: summary`);
			for (const [type, { example }] of Object.entries(described.requestBody?.content ?? {})) {
				if (type !== "application/json") continue;
				wrong.push(
					...problems([...at, "requestBody", "content", type, "schema"], example).map(
						(p) => `${method} ${path} ${p}`,
					),
				);
			}
			for (const [status, { content }] of Object.entries(described.responses)) {
				for (const [type, { example }] of Object.entries(content ?? {})) {
					const place = [...at, "responses", status, "content", type, "schema"];
					wrong.push(...problems(place, example).map((p) => `${method} ${path} ${status} ${p}`));
				}
			}
			if (described.responses.default === undefined) wrong.push(`${path}: no default`);
		}
		expect(wrong).toEqual([]);
	});
});

/** A Rollcall whose clock stands still, and a token that has asked as often as it may: the next is too much for ever. */
const still = await openRig({}, { clock: { ...systemClock, monotonicMs: () => 0 } });
afterAll(() => still.close());
const { key } = createToken(still.app.context, { name: "hasty", scope: "admin" });
const hasty = { cookie: "", authorization: `Bearer ${key}` };
for (let n = 0; n < BOUNDS.tokenAtOnce; n++) await still.get("/api/v1/doctor", hasty);

/** A Rollcall whose database somebody else is writing to, and that has no patience. */
const folder = mkdtempSync(join(tmpdir(), "rollcall-shut-"));
const DATABASE_URL = join(folder, "ipam.db");
let ms = 0;
const hurried = {
	...{ now: () => Date.now(), monotonicMs: () => ms },
	sleep(n: number) {
		ms += n;
		return new Promise<void>((resolve) => setImmediate(resolve));
	},
};
const shut = await openRig({ DATABASE_URL }, { clock: hurried });
await furnish(shut);
const writer = new Database(DATABASE_URL, { readwrite: true, create: false });
writer.run("BEGIN IMMEDIATE");
ms += BOUNDS.doorOpenMs;
afterAll(async () => {
	writer.close();
	await shut.close();
	rmSync(folder, { recursive: true, force: true });
});

describe.each(operations)("$described.operationId", (operation) => {
	const { path, method, described } = operation;
	let on: Rig;
	let deaf = false;
	const ask = async (addresses: readonly bigint[]) => {
		if (deaf) throw new AppError("unavailable", "No socket can be opened.");
		return new Int32Array(addresses.length).fill(400);
	};
	beforeAll(async () => {
		on = await openRig({}, { ask });
		await furnish(on);
	});
	afterAll(() => on.close());
	const statuses = Object.keys(described.responses).filter((status) => status !== "default");
	// Refusals first: what succeeds changes what is there.
	const ordered = [...statuses].sort((a, b) => Number(b) - Number(a)).map(Number);
	test.each(ordered)("%i", async (status) => {
		const rig = status === 409 ? await openRig() : on;
		if (rig !== on) await furnish(rig);
		deaf = status === 503;
		const call = await sceneOf(rig, operation, status);
		// Who only asks the network is let in, and heard by nobody.
		const stopped = described.operationId === "pingHost" ? rig : shut;
		const answer = await (status === 429
			? send(still, { ...call, headers: hasty })
			: send(status === 503 ? stopped : rig, call));
		expect(`${answer.status} ${answer.status === status ? "" : await answer.text()}`).toBe(`${status} `);
		const type = answer.headers.get("content-type")?.split(";")[0] ?? "";
		const { content, headers = {} } = described.responses[status] ?? {};
		for (const name of Object.keys(headers)) expect([name, answer.headers.has(name)]).toEqual([name, true]);
		expect(content === undefined ? [""] : Object.keys(content)).toContain(type);
		if (content === undefined) expect(await answer.text()).toBe("");
		else if (type.endsWith("json")) {
			const place = ["paths", path, method, "responses", String(status), "content", type, "schema"];
			expect(problems(place, await answer.json())).toEqual([]);
		} else await answer.body?.cancel();
		if (rig !== on) await rig.close();
	});

	test("another method is refused with Allow; HEAD and OPTIONS are answered", async () => {
		const at = path.replaceAll(/\{\w+\}/g, "1");
		const methods = Object.keys(doc.paths[path] ?? {}).map((one) => one.toUpperCase());
		const other = ["DELETE", "PUT", "PATCH"].find((one) => !methods.includes(one)) ?? "PUT";
		const refused = await send(on, { method: other, path: at, body: {} });
		expect(refused.status).toBe(405);
		for (const one of methods) expect(refused.headers.get("allow")).toContain(one);
		expect(problems(["components", "schemas", "Problem"], await refused.json())).toEqual([]);
		const asked = await send(on, { method: "OPTIONS", path: at });
		expect([asked.status, await asked.text()]).toEqual([204, ""]);
		if (!methods.includes("GET")) return;
		const head = await send(on, { method: "HEAD", path: at });
		expect(await head.text()).toBe("");
		expect(head.status).toBeLessThan(500);
	});
});
