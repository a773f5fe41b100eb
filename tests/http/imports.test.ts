/** Imports and exports through pages: upload, preview, writing, undo, downloads, and what is refused. */

import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { type Clock, systemClock } from "../../src/clock.ts";
import { BOUNDS } from "../../src/config.ts";
import { openRig, type Rig } from "../helpers/app.ts";
import { PATIENCE_MS } from "../helpers/patience.ts";
import { SIGNED, signedAs, signIn } from "../helpers/signed.ts";

/** However slow the machine is, a page waits until the work is done. */
const patient: Clock = {
	...systemClock,
	sleep: (ms, signal) => systemClock.sleep(ms === BOUNDS.workShownAfterMs ? PATIENCE_MS : ms, signal),
};

let rig: Rig;
beforeEach(async () => {
	rig = await openRig({}, { clock: patient });
});
afterEach(() => rig.close());

const SAMPLES = join(import.meta.dir, "../../samples/import");

/** A form with a file, as a browser sends it. */
async function upload(fields: Record<string, string | File>) {
	const form = new FormData();
	for (const [name, value] of Object.entries(fields)) form.set(name, value);
	const answer = await rig.fetch("/imports", { method: "POST", body: form });
	return { status: answer.status, headers: answer.headers, text: await answer.text() };
}
const csv = (text: string, name = "hosts.csv") => new File([text], name, { type: "text/csv" });
const idOf = (location: string | null) => /^\/imports\/(\d+)$/.exec(location ?? "")?.[1] ?? "none";

describe("from the file to the hosts", () => {
	test("a file: preview, write, undo", async () => {
		const sent = await upload({ file: csv("ip,hostname,subnet\n10.0.0.1,nas,10.0.0.0/24\n10.9.9.9,far,\n") });
		expect(sent.status).toBe(303);
		const id = idOf(sent.headers.get("location"));
		const page = await rig.get(`/imports/${id}`);
		expect(page.text).toContain("hosts.csv");
		expect(page.text).toContain("Import: add 2");
		expect((await rig.get("/subnets")).text).not.toContain("10.0.0.0/24");
		const refused = await rig.get(`/imports/${id}/refused.csv`);
		expect(refused.headers.get("content-disposition")).toStartWith("attachment;");
		expect(refused.text).toContain('10.9.9.9,far,,"10.9.9.9 lies in no subnet');
		expect(refused.text).toContain("ip,hostname,subnet,reason");
		const written = await rig.post(`/imports/${id}/write`);
		expect(written.headers.get("location")).toBe(`/imports/${id}`);
		const done = await rig.get(`/imports/${id}`);
		expect(done.text).toContain("Written.");
		const batch = /\/batches\/(\d+)\/undo/.exec(done.text)?.[1];
		expect((await rig.get("/?status=unknown")).text).toContain("nas");
		expect((await rig.post(`/batches/${batch}/undo`, { back: `/imports/${id}` })).status).toBe(303);
		expect((await rig.get(`/imports/${id}`)).text).toContain("Undone.");
		expect((await rig.get("/subnets")).text).not.toContain("10.0.0.0/24");
	});

	test("a pasted table, with another mapping", async () => {
		const sent = await upload({
			text: "ip;Raum;subnet\n10.0.0.1;B 4;10.0.0.0/24\n",
			format: "auto",
			encoding: "",
		});
		const id = idOf(sent.headers.get("location"));
		expect((await rig.get(`/imports/${id}?show=add`)).text).toContain("Raum: B 4");
		const mapped = { mapped: "yes", column_0: "ip", column_1: "description", column_2: "subnet" };
		expect((await rig.post(`/imports/${id}/look`, mapped)).status).toBe(303);
		const page = (await rig.get(`/imports/${id}?show=add`)).text;
		expect(page).not.toContain("Raum: B 4");
		expect(page).toContain("B 4");
		const bad = await rig.post(`/imports/${id}/look`, { ...mapped, column_0: "constructor" });
		expect(bad.status).toBe(422);
	});

	test("a file in another encoding waits for the choice", async () => {
		const bytes = readFileSync(join(SAMPLES, "excel-semicolon-cp1250.csv"));
		const sent = await upload({ file: new File([bytes], "x.csv") });
		const id = idOf(sent.headers.get("location"));
		expect((await rig.get(`/imports/${id}`)).text).toContain("How is it encoded?");
		await rig.post(`/imports/${id}/look`, { encoding: "windows-1250" });
		expect((await rig.get(`/imports/${id}?show=add`)).text).toContain("Łódź, 2. piętro");
	});

	test("changed since the preview: 409, nothing written, look again", async () => {
		const sent = await upload({ file: csv("ip,hostname,subnet\n10.0.0.1,nas,10.0.0.0/24\n") });
		const id = idOf(sent.headers.get("location"));
		await rig.post("/subnets", { cidr: "10.0.0.0/16", sweep_enabled: "on" });
		const refused = await rig.post(`/imports/${id}/write`);
		expect(refused.status).toBe(409);
		expect(refused.text).toContain("Look again");
		await rig.post(`/imports/${id}/look`, {});
		expect((await rig.post(`/imports/${id}/write`)).status).toBe(303);
	});
});

describe("what is refused", () => {
	test("nothing, a picture, a broken file: told, and nothing kept", async () => {
		for (const [fields, says] of [
			[{ text: "" }, "Choose a file"],
			[{ file: new File([Uint8Array.from([0x89, 0x50, 0x4e, 0x47])], "hosts.csv") }, "picture"],
			[{ file: csv('ip,notes\n10.0.0.1,"x\n') }, "Line 2, column 10: A quote"],
			[{ file: csv("ip\n10.0.0.1\n"), encoding: "utf-7" }, "not known"],
			[{ file: csv("ip\n10.0.0.1\n"), format: "xlsx" }, "no Excel workbook"],
		] as const) {
			const answer = await upload(fields);
			expect(answer.status).toBe(422);
			expect(answer.text).toContain(says);
			expect(answer.text).not.toContain("Brought before");
		}
	});

	test("too large: told before it is read", async () => {
		const answer = await upload({ file: new File([new Uint8Array(18 * 1_048_576)], "x.csv") });
		expect(answer.status).toBe(422);
		expect(answer.text).toContain("at most 16 MB");
	});

	test("names that strangers chose are text", async () => {
		const sent = await upload({
			file: csv("ip,hostname,subnet\n10.0.0.1,<b>x,10.0.0.0/24\n", "<script>.csv"),
		});
		const page = (await rig.get(sent.headers.get("location") ?? "")).text;
		expect(page).not.toContain("<b>x");
		expect(page).not.toContain("<script>.csv");
		expect(page).toContain("&lt;b>x");
	});

	test("a form of a browser carries its token before the file; without it nothing is taken", async () => {
		const token = /name="csrf" value="([\w-]{43})"/.exec((await rig.get("/imports")).text)?.[1] ?? "";
		const send = (csrf: string | undefined) => {
			const form = new FormData();
			if (csrf !== undefined) form.set("csrf", csrf);
			form.set("file", csv("ip,subnet\n10.0.0.1,10.0.0.0/24\n"));
			const init = { method: "POST", body: form, headers: { cookie: SIGNED.cookie } };
			return rig.app.handle(new Request("http://localhost/imports", init));
		};
		expect((await send(token)).status).toBe(303);
		expect((await send(undefined)).status).toBe(403);
		expect((await send("x".repeat(43))).status).toBe(403);
	});

	test("an editor may bring files, but not let the server fetch them; a viewer neither", async () => {
		const form = { url: "https://ipam.example/api/x", token: "t" };
		for (const [role, page, pull] of [
			["editor", 200, 403],
			["viewer", 403, 403],
		] as const) {
			signIn(rig.app.context.db, role);
			expect((await rig.get("/imports", signedAs(role))).status).toBe(page);
			expect((await rig.post("/imports/phpipam", form, signedAs(role))).status).toBe(pull);
		}
		const refused = await rig.post("/imports/phpipam", { ...form, url: "http://169.254.169.254/api/x" });
		expect(refused.status).toBe(422);
		expect(refused.text).toContain("secrets");
		expect(refused.text).not.toContain('value="t"');
	});

	test("imports that are not there", async () => {
		for (const path of ["/imports/9", "/imports/9/refused.csv", "/imports/x"]) {
			expect((await rig.get(path)).status).toBe(404);
		}
		expect((await rig.post("/imports/9/write")).status).toBe(404);
	});
});

test("what was refused leads on, also where its answer stands at the address of a form", async () => {
	const sent = await upload({ file: csv("ip,hostname,subnet\n10.0.0.1,nas,10.0.0.0/24\n") });
	const path = sent.headers.get("location") ?? "";
	await rig.post(`${path}/write`);
	const again = await rig.post(`${path}/write`);
	expect(again.status).toBe(409);
	expect(again.text).not.toMatch(/href="[?]/);
	expect(again.text).toContain(`href="${path}?show=add#rows"`);
});

describe("export", () => {
	beforeEach(async () => {
		const rows =
			"ip,hostname,mac,tags,subnet\n10.0.0.1,nas.lan,00:11:32:00:00:01,storage,10.0.0.0/24\n10.1.0.1,b,,,10.1.0.0/24\n";
		const sent = await upload({ file: csv(rows) });
		await rig.post(`${sent.headers.get("location")}/write`);
	});

	test.each([
		["csv", "text/csv", "host,10.0.0.1,nas.lan"],
		["json", "application/json", '"ip":"10.0.0.1"'],
		["netbox", "text/csv", "10.0.0.1/24,reserved,nas.lan"],
		["netbox-prefixes", "text/csv", "10.0.0.0/24,active"],
		["hosts", "text/plain", "10.0.0.1\tnas.lan"],
		["dnsmasq", "text/plain", "dhcp-host=00:11:32:00:00:01,10.0.0.1,nas"],
		["ansible", "text/plain", 'ansible_host: "10.0.0.1"'],
		["prometheus", "application/json", '"targets":["10.0.0.1"]'],
		["xlsx", "application/vnd", "PK"],
	])("%s", async (format, type, part) => {
		const answer = await rig.get(`/export?format=${format}`);
		expect(answer.status).toBe(200);
		expect(answer.headers.get("content-type")).toStartWith(type);
		expect(answer.headers.get("x-content-type-options")).toBe("nosniff");
		expect(answer.text).toContain(part);
		if (type === "application/json") expect(JSON.parse(answer.text)).toBeObject();
	});

	test("the filter of a list holds for the file, with the subnets it touches", async () => {
		const answer = await rig.get("/export?format=csv&tag=storage");
		expect(answer.text).toContain("10.0.0.0/24");
		expect(answer.text).not.toContain("10.1.0");
		expect((await rig.get("/export?format=csv&subnet=2")).text).not.toContain("10.0.0.1,");
	});

	test("hosts that are new are those of the last day, as in the list", async () => {
		const seen = (ip: string, at: number) =>
			rig.app.context.db.query("UPDATE host SET first_seen_at = ? WHERE ip = ?").run(at, ip);
		seen("10.0.0.1", Date.now() - 3_600_000);
		seen("10.1.0.1", Date.now() - 90_000_000);
		const answer = await rig.get("/export?seen=new&format=csv");
		expect(answer.text).toContain("host,10.0.0.1,");
		expect(answer.text).not.toContain("10.1.0.1");
	});

	test("pages link to the export of what they show", async () => {
		expect((await rig.get("/subnets/2?status=unknown&q=b")).text).toContain(
			"/export?status=unknown&amp;subnet=2&amp;q=b",
		);
		expect((await rig.get("/?status=down")).text).toContain('"/export?status=down"');
		expect((await rig.get("/export?subnet=2&status=unknown")).text).toContain(
			"/export?subnet=2&amp;status=unknown&amp;format=csv",
		);
	});

	test("an unknown format; a name that would break the header", async () => {
		expect((await rig.get("/export?format=exe")).status).toBe(422);
		await rig.post("/subnets/1/edit", { version: "1", name: '../x"; filename=evil', sweep_interval_s: "60" });
		const name = (await rig.get("/export?format=csv&subnet=1")).headers.get("content-disposition");
		expect(name).toMatch(/^attachment; filename="rollcall-[\w.-]+"; filename\*=UTF-8''[\w.%-]+$/);
	});

	test.each(["x".repeat(100), "🖨".repeat(100), "a".concat("🖨".repeat(99))])(
		"a long name is cut, the ending stays: %s",
		async (name) => {
			await rig.post("/subnets/1/edit", { version: "1", name, sweep_interval_s: "60" });
			const answer = await rig.get("/export?format=netbox-prefixes&subnet=1");
			expect(answer.status).toBe(200);
			const [, plain = "", whole = ""] =
				/filename="([^"]+)"; filename\*=UTF-8''(\S+)$/.exec(
					answer.headers.get("content-disposition") ?? "",
				) ?? [];
			expect(plain).toEndWith(".csv");
			expect(decodeURIComponent(whole)).toEndWith(".csv");
		},
	);
});
