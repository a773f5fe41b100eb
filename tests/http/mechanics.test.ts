/**
 * HTTP itself, misused (catalogue 4.7): methods, paths, headers and bodies written by hand on a socket. Each gets the
 * answer it deserves, nothing of ours leaks, nothing changes, and the server goes on.
 */

import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { type LiveApp, openLiveApp } from "../helpers/live-app.ts";
import { type Said, SILENCE_MS, say } from "../helpers/saying.ts";
import { SIGNED } from "../helpers/signed.ts";

let live: LiveApp;
let port: number;
beforeAll(async () => {
	live = await openLiveApp();
	port = Number(new URL(live.url).port);
});
afterAll(() => live.close());

const signed = Object.entries(SIGNED)
	.map(([name, value]) => `${name}: ${value}\r\n`)
	.join("");
const host = () => `host: 127.0.0.1:${port}\r\nconnection: close\r\n`;

/** What no body may hold: stacks, paths of the source, the engine's words. */
const LEAKS = /\n\s+at \w|\.tsx?:\d|node_modules|bunfs|TypeError|SQLITE|root:x:0/;

async function expectAnswer(text: string, allowed: readonly number[]): Promise<Said> {
	const count = () => live.app.context.db.query("SELECT count(*) AS n FROM subnet").get();
	const before = count();
	const said = await say(port, text, allowed.includes(0) ? SILENCE_MS : undefined);
	expect({ status: said.status, leaks: LEAKS.exec(said.body)?.[0] }).toEqual({
		status: allowed.includes(said.status) ? said.status : (allowed[0] ?? 0),
		leaks: undefined,
	});
	expect(count()).toEqual(before);
	return said;
}

const get = (path: string) => `GET ${path} HTTP/1.1\r\n${host()}${signed}\r\n`;

describe("methods", () => {
	test.each(["TRACE", "CONNECT", "PUT", "DELETE", "OPTIONS", "PATCH"])("%s on a page", async (method) => {
		await expectAnswer(`${method} / HTTP/1.1\r\n${host()}${signed}\r\n`, [405]);
	});
	test("HEAD has no body", async () => {
		const said = await expectAnswer(`HEAD /healthz HTTP/1.1\r\n${host()}\r\n`, [200, 405]);
		expect(said.body).toBe("");
	});
	test("one that does not exist", () => expectAnswer(`FOO / HTTP/1.1\r\n${host()}\r\n`, [0, 400, 405, 501]));
	test.each(["X-HTTP-Method-Override: DELETE", "X-Original-URL: /settings", "X-Rewrite-URL: /settings"])(
		"%s is not obeyed",
		(header) => expectAnswer(`GET /nothing HTTP/1.1\r\n${host()}${signed}${header}\r\n\r\n`, [404]),
	);
});

describe("paths", () => {
	test.each([
		"/hosts/%2e%2e%2f%2e%2e%2fetc%2fpasswd",
		"/static/../../etc/passwd",
		"/static/..%5c..%5cetc%5cpasswd",
		"/static/%252e%252e%252fetc%252fpasswd",
		"/static/%2e%2e/%2e%2e/etc/passwd",
		"/static/%00",
		"/static//x",
		"/static/a/b",
		"/hosts/%zz",
		"/hosts/%c0%af",
		"/hosts/%00",
		"/hosts/1;x=1",
		"/HOSTS/1",
		"/hosts/1.",
		"/api/v1/hosts;x=1",
		"/API/v1/hosts",
		"/api/v1/HOSTS",
		"//evil.example/",
		"/subnets/1e3",
		"/subnets/0x1",
		"/subnets/-1",
		`/hosts/${"9".repeat(400)}`,
		"/api/v1/hosts/0",
		"/api/v1/hosts/-1",
		"/api/v1/hosts/1e3",
		"/api/v1/hosts/9007199254740993",
		"/api/v1/hosts/1%20OR%201=1",
		"/batches/../settings%2f",
	])("%s is not there", (path) => expectAnswer(get(path), [404]));

	test("none of them is a way round signing in", async () => {
		for (const path of [
			"/API/v1/hosts",
			"//",
			"/api/v1/hosts;x=1",
			"/api//v1/hosts",
			"/api/v1/hosts/",
			"/./api/v1/hosts",
		]) {
			const { status, body } = await say(port, `GET ${path} HTTP/1.1\r\n${host()}\r\n`);
			expect({ path, status }).toEqual({ path, status: [303, 401, 404].includes(status) ? status : 401 });
			expect(body).not.toContain('"items"');
		}
	});
});

describe("heads", () => {
	const rows: [string, () => string, number[]][] = [
		["a path of 20 kB", () => get(`/?x=${"a".repeat(20_000)}`), [414, 431]],
		["a header of 20 kB", () => `GET / HTTP/1.1\r\n${host()}x: ${"a".repeat(20_000)}\r\n\r\n`, [431]],
		["250 headers", () => `GET / HTTP/1.1\r\n${host()}${"x: 1\r\n".repeat(250)}\r\n`, [400, 431]],
		["no host", () => "GET / HTTP/1.1\r\nconnection: close\r\n\r\n", [400]],
		["two hosts", () => `GET / HTTP/1.1\r\n${host()}host: evil.example\r\n\r\n`, [400, 421]],
		["another host", () => "GET / HTTP/1.1\r\nhost: evil.example\r\nconnection: close\r\n\r\n", [421]],
		["a space in a name", () => `GET / HTTP/1.1\r\n${host()}x y: 1\r\n\r\n`, [400]],
		["HTTP/0.9", () => "GET /\r\n\r\n", [0, 400, 505]],
		["HTTP/9.9", () => `GET / HTTP/9.9\r\n${host()}\r\n`, [400, 505]],
		["the beginning of TLS", () => "\x16\x03\x01\x02\x00\x01\x00\r\n\r\n", [0, 400]],
	];
	test.each(rows)("%s", (_, text, allowed) => expectAnswer(text(), allowed));
});

describe("bodies", () => {
	const post = (body: string, head = "content-type: application/json\r\n") =>
		`POST /api/v1/subnets HTTP/1.1\r\n${host()}${signed}${head}content-length: ${body.length}\r\n\r\n${body}`;
	const rows: [string, () => string, number[]][] = [
		["half an object", () => post("{"), [400]],
		["100,000 brackets", () => post("[".repeat(100_000)), [400]],
		["a field twice", () => post('{"cidr":"10.0.0.0/24","cidr":"10.1.0.0/24"}'), [400]],
		["__proto__", () => post('{"__proto__":{"polluted":1},"cidr":"10.9.0.0/24"}'), [400, 422]],
		["__proto__ as nothing", () => post('{"__proto__":null,"cidr":"10.9.0.0/24"}'), [400, 422]],
		[
			"constructor",
			() => post('{"constructor":{"prototype":{"polluted":1}},"cidr":"10.9.0.0/24"}'),
			[400, 422],
		],
		["toString", () => post('{"toString":"x","cidr":"10.9.0.0/24"}'), [400, 422]],
		["a number too large", () => post('{"cidr":1e400}'), [422]],
		["a mark of byte order", () => post('\xef\xbb\xbf{"cidr":"10.8.0.0/24"}'), [400]],
		["UTF-16", () => post("\xff\xfe{\x00}\x00"), [400]],
		["words behind the end", () => post('{"cidr":"10.7.0.0/24"} x'), [400]],
		["a text", () => post('"5"'), [400, 422]],
		["nothing", () => post("null"), [400, 422]],
		["half a character", () => post('{"cidr":"\\ud800"}'), [422]],
		["a NUL", () => post('{"cidr":"10.6.0.0/24","name":"a\\u0000b"}'), [422]],
		["plain text", () => post('{"cidr":"10.5.0.0/24"}', "content-type: text/plain\r\n"), [415]],
		["packed", () => post("xx", "content-type: application/json\r\ncontent-encoding: gzip\r\n"), [415]],
		["a form", () => post("cidr=10.4.0.0/24", "content-type: application/x-www-form-urlencoded\r\n"), [415]],
		["parts without their boundary", () => post("--x", "content-type: multipart/form-data\r\n"), [415]],
		["two lengths", () => post("{}", "content-type: application/json\r\ncontent-length: 3\r\n"), [400]],
		[
			"length and chunks",
			() => post("0\r\n\r\n", "content-type: application/json\r\ntransfer-encoding: chunked\r\n"),
			[400],
		],
	];
	test.each(rows)("%s", (_, text, allowed) => expectAnswer(text(), allowed));

	test("parts without their boundary, to a page", async () => {
		const head = `${host()}${signed}content-type: multipart/form-data\r\ncontent-length: 3\r\n`;
		await expectAnswer(`POST /subnets HTTP/1.1\r\n${head}\r\n--x`, [400, 403, 415, 422]);
	});

	test("afterwards no object has learned anything, and the server answers", async () => {
		expect(({} as Record<string, unknown>).polluted).toBeUndefined();
		expect((await say(port, `GET /healthz HTTP/1.1\r\n${host()}\r\n`)).status).toBe(200);
	});
});
