/** Two-step sign-in as a telephone and a browser see it: the picture, the codes, each once. */

import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { decodeBase32IgnorePadding } from "@oslojs/encoding";
import { generateHOTP } from "@oslojs/otp";
import decodeQR from "qr/decode.js";
import { type Door, openDoor, setUp } from "../helpers/door.ts";
import { PASSWORD } from "../helpers/signed.ts";

let door: Door;
beforeEach(async () => {
	door = await openDoor();
});
afterEach(() => door.close());

describe("two-step sign-in", () => {
	const codeOf = (secret: string, ahead = 0) =>
		generateHOTP(decodeBase32IgnorePadding(secret), BigInt(Math.floor(door.clock.now() / 30_000) + ahead), 6);

	async function switchOn() {
		const ada = await setUp(door);
		door.later(1);
		const page = await ada.get("/account/two-step");
		const secret = /name="secret" value="([A-Z2-7]{32})"/.exec(page.text)?.[1] ?? "";
		const bad = await ada.post("/account/two-step", { secret, code: "000000", own_password: PASSWORD });
		expect(bad.status).toBe(422);
		const on = await ada.post("/account/two-step", { secret, code: codeOf(secret), own_password: PASSWORD });
		const codes = [...on.text.matchAll(/<div>([a-z2-7]{16})<\/div>/g)].map(([, code = ""]) => code);
		expect(codes).toHaveLength(10);
		return { ada, secret, codes };
	}

	test("the QR code of the page is the link that apps take, and switches it on", async () => {
		const ada = await setUp(door);
		const page = await ada.get("/account/two-step");
		const uri = /<a href="(otpauth:[^"]+)"/.exec(page.text)?.[1]?.replaceAll("&amp;", "&") ?? "";
		const read = new URL(scan(page.text));
		expect(read.href).toBe(new URL(uri).href);
		expect([read.protocol, read.host, read.pathname]).toEqual(["otpauth:", "totp", "/Rollcall:ada"]);
		const secret = read.searchParams.get("secret") ?? "";
		expect(Object.fromEntries(read.searchParams)).toEqual({
			...{ issuer: "Rollcall", secret, algorithm: "SHA1", period: "30", digits: "6" },
		});
		const fields = { secret, code: codeOf(secret), own_password: PASSWORD };
		expect((await ada.post("/account/two-step", fields)).status).toBe(200);
		const other = await ada.get("/account/two-step");
		expect(scan(other.text)).not.toContain(secret);
	});

	test("wrong codes with the right password are wrong tries: five, then it has to wait", async () => {
		const { secret } = await switchOn();
		await door.clock.advance(30_000);
		// A million codes, three of them right: nobody may try for long.
		const wrong = ["000000", "111111", "222222", "333333", "444444"].filter(
			(code) => ![-1, 0, 1].some((ahead) => codeOf(secret, ahead) === code),
		);
		const statuses = [];
		for (let n = 0; n < 5; n++)
			statuses.push((await door.signIn({ code: wrong[n % wrong.length] ?? "" })).status);
		expect(statuses).toEqual([401, 401, 401, 401, 401]);
		const held = await door.signIn({ code: codeOf(secret) });
		expect([held.status, held.headers.get("retry-after")]).toEqual([429, "1"]);
		await door.clock.advance(1_000);
		expect((await door.signIn({ code: codeOf(secret) })).status).toBe(303);
	});

	test("takes a code besides the password, each once, of this step or a neighbour", async () => {
		const { secret } = await switchOn();
		expect((await door.signIn()).status).toBe(401);
		expect((await door.signIn({ code: codeOf(secret) })).status).toBe(401);
		await door.clock.advance(30_000);
		expect((await door.signIn({ code: codeOf(secret) })).status).toBe(303);
		expect((await door.signIn({ code: codeOf(secret) })).status).toBe(401);
		await door.clock.advance(120_000);
		expect((await door.signIn({ code: codeOf(secret, -2) })).status).toBe(401);
		expect((await door.signIn({ code: codeOf(secret, 1) })).status).toBe(303);
	});

	test("takes a recovery code, each once; without the right password none is spent", async () => {
		const { codes } = await switchOn();
		const [first = "", second = ""] = codes;
		expect((await door.signIn({ code: first, password: "wrong horse" })).status).toBe(401);
		expect((await door.signIn({ code: first.toUpperCase().replace(/(.{4})/g, "$1 ") })).status).toBe(303);
		expect((await door.signIn({ code: first })).status).toBe(401);
		expect((await door.signIn({ code: second })).status).toBe(303);
	});

	test("is switched off with the password", async () => {
		const { ada } = await switchOn();
		expect((await ada.post("/account/two-step/stop", { own_password: "wrong" })).status).toBe(422);
		expect((await ada.post("/account/two-step/stop", { own_password: PASSWORD })).status).toBe(303);
		expect((await door.signIn()).status).toBe(303);
	});
});

/** What a telephone reads in the picture of a page: its dots drawn eight pixels wide. */
function scan(html: string): string {
	const picture = /<svg class="qr" viewBox="0 0 (\d+) \1"[^>]*>.*?<path d="([^"]*)"/.exec(html);
	const size = Number(picture?.[1]);
	const zoom = 8;
	const side = size * zoom;
	const data = new Uint8Array(side * side * 4).fill(255);
	for (const [, x, y] of (picture?.[2] ?? "").matchAll(/M(\d+) (\d+)h1v1h-1z/g)) {
		for (let row = 0; row < zoom; row++) {
			const from = ((Number(y) * zoom + row) * side + Number(x) * zoom) * 4;
			for (let at = from; at < from + zoom * 4; at += 4) data.fill(0, at, at + 3);
		}
	}
	return decodeQR({ width: side, height: side, data });
}
