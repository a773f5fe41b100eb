/**
 * Nothing that people or programs change goes unrecorded: every route that is posted to and every operation that writes is
 * used as it is meant to be; whatever differs in the database afterwards has an event that says who, when, from where.
 */

import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { createToken } from "../../src/ipam/tokens.ts";
import { type Document, furnish, sceneOf } from "../helpers/api-scenes.ts";
import { openRig, type Rig } from "../helpers/app.ts";
import { handClock } from "../helpers/clock.ts";
import { OTHER, openWalk, STEPS, type Walk } from "../helpers/form-steps.ts";
import { until } from "../helpers/patience.ts";
import { has, lastId, watch } from "../helpers/recorded.ts";
import { PASSWORD, SIGNED, signIn } from "../helpers/signed.ts";

let rig: Rig;
let walk: Walk;
const clock = handClock(Date.UTC(2026, 10, 25, 12));

describe("pages", () => {
	beforeAll(async () => {
		rig = await openRig({ WEBHOOK_ALLOW_LOOPBACK: "true" }, { clock });
		walk = openWalk(rig, clock);
		await furnish(rig);
	});
	afterAll(() => rig.close());

	test("every route that is posted to is here", () => {
		const posted = rig.app.routes.filter(
			({ method, path }) => method === "POST" && !path.startsWith("/api/"),
		);
		expect(STEPS.map(({ route }) => route).sort()).toEqual(posted.map(({ path }) => path).sort());
	});

	test.each(STEPS.map((step) => [step.route, step] as const))("%s", async (route, step) => {
		// Imports are a few a minute, and the session may have ended in the step before.
		await clock.advance(61_000);
		signIn(rig.app.context.db, "admin", clock.now());
		const path =
			(typeof step.path === "function" ? await step.path(walk) : step.path) ?? route.replaceAll(/:\w+/g, "1");
		const fields = typeof step.fields === "function" ? await step.fields(walk) : (step.fields ?? {});
		let status = 0;
		const began = clock.now();
		const last = lastId(rig);
		const { changed, events } = await watch(rig, async () => {
			const asked = rig.post(path, fields).then((answer) => {
				status = answer.status;
			});
			// What works in slices waits for its next turn.
			while (status === 0) await clock.advance(5);
			await asked;
			// The clock runs ahead of what must be loaded first: what goes on by itself is recorded a little later.
			const { kind } = step;
			if (kind !== undefined) await until(() => has(rig, kind, last), kind);
		});
		if (step.status === undefined) expect([200, 204, 303]).toContain(status);
		else expect(status).toBe(step.status);
		const kinds = events.map(({ kind }) => kind);
		if (step.kind === undefined) expect({ changed, kinds }).toEqual({ changed: [], kinds: [] });
		else expect(kinds).toContain(step.kind);
		for (const event of events) {
			expect(event.by).toMatchObject({ kind: "person", name: "admin", from: "" });
			expect(event.at).toBeGreaterThanOrEqual(began);
			expect(event.at).toBeLessThanOrEqual(clock.now());
		}
		const told = events.find(({ kind }) => kind === step.kind);
		if (step.detail !== undefined) expect(told?.detail).toMatchObject(step.detail);
		const shown = JSON.stringify(events);
		for (const hidden of [PASSWORD, OTHER, walk.secret || "-", SIGNED.cookie]) {
			if (hidden !== "-") expect(shown).not.toContain(hidden);
		}
	});
});

const document = await (async () => {
	const asked = await openRig();
	const { text } = await asked.get("/openapi.json");
	await asked.close();
	return JSON.parse(text) as Document;
})();
const operations = Object.entries(document.paths).flatMap(([path, methods]) =>
	Object.entries(methods).flatMap(([method, described]) =>
		method === "get" ? [] : [{ path, method, described }],
	),
);

describe("operations, by a token", () => {
	test("there are some", () => expect(operations.length).toBeGreaterThan(25));

	test.each(operations.map((operation) => [operation.described.operationId, operation] as const))(
		"%s",
		async (_, operation) => {
			const ask = async (addresses: readonly bigint[]) => new Int32Array(addresses.length).fill(-1);
			const on = await openRig({ WEBHOOK_ALLOW_LOOPBACK: "true" }, { ask });
			try {
				await furnish(on);
				const { key } = createToken(on.app.context, { name: "robot", scope: "admin", days: undefined });
				const success = Number(
					Object.keys(operation.described.responses).find((status) => status.startsWith("2")),
				);
				const call = await sceneOf(on, operation, success);
				let status = 0;
				const { changed, events } = await watch(on, async () => {
					const { body } = call;
					const type = body === undefined ? {} : { "content-type": "application/json" };
					const headers = { cookie: "", authorization: `Bearer ${key}`, ...type, ...call.headers };
					const init: RequestInit = { method: call.method, headers };
					if (body !== undefined) init.body = typeof body === "string" ? body : JSON.stringify(body);
					const answer = await on.fetch(`/api/v1${call.path}`, init);
					status = answer.status;
					await answer.text();
				});
				expect(status).toBe(success);
				if (changed.length > 0) expect([changed, events.length > 0]).toEqual([changed, true]);
				for (const { by } of events) expect(by).toMatchObject({ kind: "token", name: "robot", from: "" });
			} finally {
				await on.close();
			}
		},
	);
});
