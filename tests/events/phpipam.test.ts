/** A running phpIPAM, played by a server that answers as its API does (formats 4.4): pulled whole, refused in words. */

import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { systemClock } from "../../src/clock.ts";
import { AppError } from "../../src/errors.ts";
import { type PullOptions, pullPhpipam } from "../../src/events/phpipam.ts";
import { phpipamTable } from "../../src/formats/phpipam.ts";
import { draftsOf } from "../helpers/drafts.ts";
import { PATIENCE_MS } from "../helpers/patience.ts";

type Row = Record<string, unknown>;

/** Strings as PHP before 8.1 sends them, numbers as newer ones do; custom fields flat and in a pocket. */
const DATA: Record<string, Row[]> = {
	"/sections/": [
		{ id: "1", name: "Office" },
		{ id: 2, name: "Empty" },
	],
	"/sections/1/subnets/": [
		{ id: "7", subnet: "0", mask: "", isFolder: "1", description: "Customers" },
		{
			id: "8",
			subnet: "10.10.1.0",
			mask: "24",
			isFolder: 0,
			description: "Clients",
			sectionId: "1",
			vlanId: 3,
			masterSubnetId: 7,
			vrfId: null,
			pingSubnet: "1",
			usage: { used: 2 },
		},
		{ id: "9", subnet: "fd13::", mask: "64", isFolder: "0", description: "Lab", sectionId: "1" },
	],
	"/subnets/8/addresses/": [
		{
			id: 1,
			subnetId: 8,
			ip: "10.10.1.1",
			hostname: "gw",
			is_gateway: "1",
			tag: "2",
			deviceId: "4",
			mac: "00:11:32:8a:00:01",
			custom_rack: "R4",
			custom_hostname: "the other name",
			custom_fields: { asset: "A-1" },
			links: [{ rel: "self" }],
		},
		{ id: 2, subnetId: 8, ip: "10.10.1.9", hostname: "printer", tag: 3, note: "upstairs" },
	],
	"/l2domains/": [{ id: 2, name: "Lab" }],
	"/vlan/": [{ vlanId: "3", id: "3", domainId: 2, number: "10", name: "clients" }],
	"/tools/tags/": [
		{ id: "2", type: "Used" },
		{ id: "3", type: "Reserved" },
	],
	"/tools/devices/": [{ id: "4", hostname: "sw-1", snmp_community: "canary" }],
};

const TOKEN = "0123456789abcdef01234567";

/** Signing in by HTTP Basic, and out, as phpIPAM answers it: a wrong password is an error 500. */
function session(request: Request): Response {
	asked.push(`${request.method} user`);
	if (request.method === "DELETE") return Response.json({ code: 200, success: true });
	const pair = atob(request.headers.get("authorization")?.replace("Basic ", "") ?? "");
	if (new TextDecoder().decode(Uint8Array.from(pair, (c) => c.charCodeAt(0))) === "ada:pä:ss") {
		return Response.json({
			code: 200,
			success: true,
			data: { token: TOKEN, expires: "2030-01-01 00:00:00" },
		});
	}
	return Response.json({ code: 500, success: 0, message: "Invalid username or password" }, { status: 500 });
}

let server: ReturnType<typeof Bun.serve>;
const asked: string[] = [];
let strange: (() => Response) | undefined;
beforeAll(() => {
	server = Bun.serve({
		hostname: "127.0.0.1",
		port: 0,
		fetch(request) {
			const path = new URL(request.url).pathname;
			asked.push(path);
			if (strange !== undefined) return strange();
			if (path === "/api/rollcall/user/") return session(request);
			if (!["app-code", TOKEN].includes(request.headers.get("token") ?? "")) {
				return Response.json({ code: 403, success: 0, message: "Invalid token" }, { status: 403 });
			}
			// Older ones know nothing of customers.
			if (path.endsWith("/customers/"))
				return Response.json({ code: 400, success: 0, message: "Invalid subcontroller" }, { status: 400 });
			const data = DATA[path.replace("/api/rollcall", "")];
			return data === undefined
				? Response.json({ code: 404, success: 0, message: "No objects found" }, { status: 404 })
				: Response.json({ code: 200, success: true, data, time: 0.01 });
		},
	});
});
afterAll(() => server.stop(true));

const OPTIONS: PullOptions = {
	clock: systemClock,
	resolve: async () => ["127.0.0.1"],
	rules: { allowLoopback: true, ownPort: undefined, ownAddresses: [] },
	...{ userAgent: "Rollcall/test", timeoutMs: PATIENCE_MS, bytes: 100_000, requests: 100 },
};
const pull = (
	token = "app-code",
	options: Partial<PullOptions> = {},
	base = `http://127.0.0.1:${server.port}/api/rollcall/`,
) => pullPhpipam(base, { code: token }, { ...OPTIONS, ...options }, new AbortController().signal);
const refusal = async (work: Promise<unknown>): Promise<AppError> => {
	const error = await work.then(
		() => undefined,
		(problem: unknown) => problem,
	);
	if (error instanceof AppError) return error;
	throw new Error(`not refused: ${error}`);
};

test("everything the app may see, as hosts and subnets; no secret of a device", async () => {
	const tables = await pull();
	expect(asked).not.toContain("/api/rollcall/subnets/7/addresses/");
	const table = phpipamTable(tables, "phpipam-api");
	expect(JSON.stringify(table)).not.toContain("canary");
	const drafts = draftsOf(table, table.mapping);
	expect(
		drafts.map((one) => (one.kind === "host" ? one.ip : one.kind === "subnet" ? one.cidr : one.reason)),
	).toEqual([...["10.10.1.0/24", "fd13::/64", "10.10.1.1", "10.10.1.9"]]);
	const notes = "Section: Office\nVLAN: 10 - clients\nVLAN Domain: Lab\nFolder: Customers";
	expect(drafts[0]).toMatchObject({
		values: { name: "Clients", notes, sweepEnabled: true },
	});
	expect(drafts[2]).toMatchObject({
		...{ isGateway: true, subnet: "10.10.1.0/24" },
		values: {
			hostname: "gw",
			tags: [],
			notes: "Section: Office\nDevice: sw-1\nRack: R4\nCustom_hostname: the other name\nAsset: A-1",
		},
	});
	expect(drafts[3]).toMatchObject({ values: { tags: ["reserved"] } });
});

test("signed in as a user, the same; and signed out again, also when something went wrong", async () => {
	const key = { user: "ada", password: "pä:ss" };
	const base = `http://127.0.0.1:${server.port}/api/rollcall`;
	const all = (more: Partial<PullOptions> = {}) =>
		pullPhpipam(base, key, { ...OPTIONS, ...more }, new AbortController().signal);
	expect(await all()).toEqual(await pull());
	expect(asked.filter((one) => one.endsWith(" user"))).toEqual(["POST user", "DELETE user"]);
	asked.length = 0;
	await refusal(all({ requests: 3 }));
	expect(asked.filter((one) => one.endsWith(" user"))).toEqual(["POST user", "DELETE user"]);
	const wrong = pullPhpipam(base, { ...key, password: "x" }, OPTIONS, new AbortController().signal);
	const error = await refusal(wrong);
	expect(error).toMatchObject({ code: "invalid", field: "password" });
	expect(error.message).toContain("does not let this user in: Invalid username or password");
});

describe("what cannot be pulled", () => {
	test.each<[string, () => Response, string]>([
		[
			"a page",
			() => new Response("<html>", { headers: { "content-type": "text/html" } }),
			"no API of phpIPAM",
		],
		[
			"a redirect",
			() => new Response(null, { status: 302, headers: { location: "http://127.0.0.1:1/" } }),
			"answered 302",
		],
		[
			"an error",
			() => Response.json({ code: 500, success: 0, message: "Invalid application id" }, { status: 500 }),
			"Invalid application id",
		],
		["too much", () => new Response("x".repeat(200_000)), "MySQL dump"],
	])("%s", async (_, answer, says) => {
		strange = answer;
		const error = await refusal(pull());
		strange = undefined;
		expect(error.message).toContain(says);
	});

	test("a wrong app code names its field", async () => {
		expect(await refusal(pull("wrong"))).toMatchObject({ field: "token" });
	});

	test.each([
		["file:///etc/passwd", "http:// or https://"],
		["http://u:p@192.0.2.1/api/x", "not allowed"],
		["http://169.254.169.254/api/x", "secrets"],
		["nonsense", "whole URL"],
	])("%s", async (base, says) => {
		const error = await refusal(pull("app-code", {}, base));
		expect(error).toMatchObject({ code: "invalid", field: "url" });
		expect(error.message).toContain(says);
	});

	test("this machine, where that is not allowed; a name that leads there", async () => {
		const rules = { ...OPTIONS.rules, allowLoopback: false };
		expect((await refusal(pull("app-code", { rules }))).message).toContain("machine Rollcall runs on");
		const named = `http://ipam.example:${server.port}/api/x`;
		expect((await refusal(pull("app-code", { rules }, named))).message).toContain("machine Rollcall runs on");
	});

	test("more subnets than may be asked", async () => {
		expect((await refusal(pull("app-code", { requests: 7 }))).message).toContain("too many subnets");
	});
});
