/**
 * Rows of the catalogue of bad input (faults 4.3, 4.9, 4.10) that need more than a line: texts without end in every
 * field there is, blocks at the edges of what there is, signs that mean something to us, two imports at once.
 */

import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { type Document, furnish } from "../../helpers/api-scenes.ts";
import { openRig, type Rig } from "../../helpers/app.ts";
import { quickly } from "../../helpers/quick.ts";

type Schema = {
	$ref?: string;
	type?: string;
	anyOf?: Schema[];
	properties?: Record<string, Schema>;
	items?: Schema;
};

const documented = await openRig();
const doc = (await documented.get("/openapi.json")).json() as Document & {
	components: { schemas: Record<string, Schema> };
};
await documented.close();

/** Where a body may hold a text: paths of names, with [] for an item of a list. */
function textsIn(schema: Schema | undefined, at: readonly string[] = []): string[][] {
	if (schema === undefined) return [];
	if (schema.$ref !== undefined)
		return textsIn(doc.components.schemas[schema.$ref.split("/").at(-1) ?? ""], at);
	if (schema.anyOf !== undefined) return schema.anyOf.flatMap((one) => textsIn(one, at));
	if (schema.type === "string") return [[...at]];
	if (schema.items !== undefined) return textsIn(schema.items, [...at, "[]"]);
	return Object.entries(schema.properties ?? {}).flatMap(([name, one]) => textsIn(one, [...at, name]));
}

/** The example with this text put in. */
function withText(body: unknown, [name, ...rest]: readonly string[], text: string): unknown {
	if (name === undefined) return text;
	if (name === "[]") return [withText(undefined, rest, text)];
	const there = typeof body === "object" && body !== null ? body : {};
	return { ...there, [name]: withText(Reflect.get(there, name), rest, text) };
}

const FIELDS = Object.entries(doc.paths).flatMap(([path, methods]) =>
	Object.entries(methods).flatMap(([method, { requestBody }]) => {
		const json = requestBody?.content["application/json"];
		return textsIn(json?.schema as Schema | undefined).map((at) => ({
			name: `${method.toUpperCase()} ${path} ${at.join(".")}`,
			...{ method: method.toUpperCase(), path: path.replaceAll(/\{\w+\}/g, "1"), at, example: json?.example },
		}));
	}),
);

describe("texts of 256 kB, in every field that takes a text (B-139)", () => {
	let rig: Rig;
	beforeAll(async () => {
		rig = await openRig({}, { ask: async (addresses) => new Int32Array(addresses.length).fill(-1) });
		await furnish(rig);
	});
	afterAll(() => rig.close());

	test("there are such fields", () => expect(FIELDS.length).toBeGreaterThan(40));

	test.each(FIELDS)("$name", async ({ method, path, at, example }) => {
		for (const unit of ["x", "10.0.0.1,", "http://a", "é"]) {
			const text = unit.repeat(Math.ceil(262_144 / unit.length));
			const send = () => rig.send(method, `/api/v1${path}`, withText(example, at, text));
			const refused = await quickly(send);
			expect([refused.status, refused.text.length < 600]).toEqual([422, true]);
		}
	});

	test("parameters too", async () => {
		for (const [path, methods] of Object.entries(doc.paths)) {
			for (const { name, in: place } of methods.get?.parameters ?? []) {
				if (place !== "query") continue;
				const at = `/api/v1${path.replaceAll(/\{\w+\}/g, "1")}?${name}=${"x".repeat(10_000)}`;
				expect({ at: at.slice(0, 60), status: (await rig.get(at)).status }).toEqual({
					at: at.slice(0, 60),
					status: 422,
				});
			}
		}
	});
});

describe("blocks and addresses at the edges (4.3)", () => {
	let rig: Rig;
	beforeAll(async () => {
		// The machine's own neighbours may live in the blocks for examples.
		rig = await openRig({}, { neighbours: () => [] });
	});
	afterAll(() => rig.close());
	const add = async (cidr: string, more: object = {}) =>
		(await rig.send("POST", "/api/v1/subnets", { cidr, ...more })).json() as {
			id: number;
			counts: { unused: number | string };
			parent_id: number | null;
		};
	const next = (id: number) => rig.send("POST", `/api/v1/subnets/${id}/next-address`, { ask: false });

	test.each([
		["192.0.2.0/31", 2, ["192.0.2.0", "192.0.2.1"]],
		["192.0.2.9/32", 1, ["192.0.2.9"]],
		["192.0.2.16/30", 2, ["192.0.2.17", "192.0.2.18"]],
		["2001:db8:f::/127", 2, ["2001:db8:f::", "2001:db8:f::1"]],
		["2001:db8:f::9/128", 1, ["2001:db8:f::9"]],
		["2001:db8:f::10/126", 3, ["2001:db8:f::11", "2001:db8:f::12", "2001:db8:f::13"]],
	])("%s has %i addresses, given out in order, then none (B-044)", async (cidr, unused, addresses) => {
		const { id, counts } = await add(cidr);
		expect(counts.unused).toBe(unused);
		for (const ip of addresses) expect((await next(id)).json()).toMatchObject({ host: { ip } });
		expect((await next(id)).status).toBe(409);
		expect((await rig.get(`/api/v1/subnets/${id}/gaps`)).json()).toMatchObject({ items: [] });
	});

	test("all of IPv4 is a block; a /64 is told in exact numbers, its sweep costs nothing (B-037, B-038)", async () => {
		expect((await add("0.0.0.0/0")).counts.unused).toBeGreaterThan(4_000_000_000);
		const { id, counts } = await add("2001:db8:64::/64");
		expect(counts.unused).toBe(String(2n ** 64n - 1n));
		await quickly(async () => {
			expect((await rig.send("POST", `/api/v1/subnets/${id}/sweep`)).status).toBe(202);
			expect((await rig.get(`/api/v1/subnets/${id}/gaps`)).status).toBe(200);
			expect((await next(id)).json()).toMatchObject({ host: { ip: "2001:db8:64::1" } });
		});
	});

	test.each(["224.0.0.0/4", "255.255.255.255/32", "240.0.0.0/8", "ff02::/16"])(
		"%s can be recorded, and is never asked (B-043)",
		async (cidr) => {
			const { id } = await add(cidr);
			const refused = await rig.send("POST", `/api/v1/subnets/${id}/sweep`);
			expect([refused.status, (refused.json() as { detail: string }).detail]).toEqual([
				...[422, `${cidr} is multicast or reserved: nobody may be asked there.`],
			]);
			// The timetable runs over it all the same.
			rig.app.context.db.query("UPDATE subnet SET last_sweep_at = 1 WHERE id = ?").run(id);
			const seen = (await rig.get(`/api/v1/subnets/${id}`)).json();
			expect(seen).toMatchObject({ last_sweep_at: null, next_sweep_at: null });
		},
	);

	test("a block that comes after those inside it takes them, and gives them back (B-045)", async () => {
		const inner = await add("10.50.1.0/24");
		await rig.send("POST", "/api/v1/hosts", { ip: "10.50.1.9" });
		const outer = await add("10.50.0.0/16");
		const seen = async () => (await rig.get(`/api/v1/subnets/${inner.id}`)).json() as { parent_id: number };
		expect((await seen()).parent_id).toBe(outer.id);
		expect((await rig.send("POST", "/api/v1/subnets", { cidr: "10.50.0.0/16" })).json()).toMatchObject({
			...{ status: 409, field: "cidr", extra: { subnet_id: outer.id } },
		});
		await rig.send("DELETE", `/api/v1/subnets/${outer.id}`);
		expect((await seen()).parent_id).toBe(inner.parent_id as number);
	});

	test("one address is one host, also when two ask at once (B-046)", async () => {
		await add("10.60.0.0/24");
		const made = await Promise.all(
			[1, 2, 3].map(() => rig.send("POST", "/api/v1/hosts", { ip: "10.60.0.7" })),
		);
		expect(made.map(({ status }) => status).sort()).toEqual([201, 409, 409]);
	});

	test.each([
		" 10.60.0.9",
		"10.60.0.9\n",
		"10.60.0.9 ",
		"10.60.0.9-10.60.0.1",
		"10.60.0.9-12",
		"10.60.0.9,10.60.0.10",
	])("%j is no address: nothing is trimmed and no range guessed (B-041, B-047)", async (text) => {
		const host = await rig.send("POST", "/api/v1/hosts", { ip: text });
		const gateway = await rig.send("POST", "/api/v1/subnets", { cidr: "10.61.0.0/24", gateway: text });
		const from = await rig.send("POST", "/api/v1/subnets/1/next-address", { from: text });
		const asked = await rig.get(`/api/v1/hosts?ip=${encodeURIComponent(text)}`);
		expect([host.status, gateway.status, from.status, asked.status]).toEqual([422, 422, 422, 422]);
	});
});

describe("signs that mean something to us are only signs (B-140)", () => {
	let rig: Rig;
	beforeAll(async () => {
		rig = await openRig();
		await rig.send("POST", "/api/v1/subnets", { cidr: "10.0.0.0/24" });
		const tags = ['a"b', "c\\d", "[x]", "storage", "backup"];
		await rig.send("POST", "/api/v1/hosts", { ip: "10.0.0.5", hostname: "nas", tags });
		await rig.send("POST", "/api/v1/hosts", {
			ip: "10.0.0.6",
			description: 'plain, with "quotes"',
			tags: ["t"],
		});
	});
	afterAll(() => rig.close());

	test.each([
		["[", ["10.0.0.5"]],
		['["', []],
		['"', ["10.0.0.5", "10.0.0.6"]],
		['","', []],
		['e","b', []],
		[",", ["10.0.0.6"]],
		['a"b', ["10.0.0.5"]],
		["c\\d", ["10.0.0.5"]],
		["\\", ["10.0.0.5"]],
		["[x]", ["10.0.0.5"]],
		['"quotes"', ["10.0.0.6"]],
		["STORAGE", ["10.0.0.5"]],
	])("q=%j", async (q, expected) => {
		const found = (await rig.get(`/api/v1/hosts?q=${encodeURIComponent(q)}`)).json() as {
			items: { ip: string }[];
		};
		expect(found.items.map(({ ip }) => ip)).toEqual(expected);
	});
});

test("two imports at once: one is written, the other told to wait; both in the end (B-130)", async () => {
	const rig = await openRig();
	await rig.send("POST", "/api/v1/subnets", { cidr: "10.0.0.0/24" });
	const bring = async (n: number) => {
		const body = `ip,hostname\n10.0.0.${n},h${n}\n`;
		const init = { method: "POST", body, headers: { "content-type": "text/csv" } };
		return (await rig.fetch("/api/v1/imports", init)).status;
	};
	const first = await Promise.all([1, 2, 3].map(bring));
	expect(new Set(first)).toEqual(new Set([201, 409]));
	for (const [i, status] of first.entries()) if (status === 409) expect(await bring(i + 1)).toBe(201);
	expect((await rig.get("/api/v1/hosts")).json()).toMatchObject({ items: [{}, {}, {}] });
	await rig.close();
});
