/** TLS by files: served, renewed while it runs without cutting anybody, wrong files refused by name, the key never told. */

import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { connect } from "node:tls";
import { type App, openApp } from "../../src/app.ts";
import { loadConfig } from "../../src/config.ts";
import { readCertificate } from "../../src/http/certificate.ts";
import { openLog, silentLog } from "../../src/log.ts";
import { until } from "../helpers/patience.ts";

let folder: string;
let app: App | undefined;
let logged: string[];
beforeEach(() => {
	folder = mkdtempSync(join(tmpdir(), "rollcall-tls-"));
	logged = [];
});
afterEach(async () => {
	await app?.close();
	app = undefined;
	rmSync(folder, { recursive: true, force: true });
});

const at = (name: string) => join(folder, name);

/** A certificate for `name`, which ends after so many days, and its key, as NAME.crt and NAME.key. */
function make(name: string, days = 30, extra: string[] = []): void {
	const done = Bun.spawnSync(
		[
			...["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256"],
			...["-keyout", at(`${name}.key`), "-out", at(`${name}.crt`), "-days", String(days)],
			...["-subj", `/CN=${name}.test`, ...(extra.length > 0 ? extra : ["-nodes"])],
		],
		{ stderr: "pipe" },
	);
	if (done.exitCode !== 0) throw new Error(done.stderr.toString());
}

const config = (cert: string, key: string) =>
	loadConfig({ env: { DATABASE_URL: ":memory:", PORT: "0", TLS_CERT: at(cert), TLS_KEY: at(key) } });

async function start(cert = "a.crt", key = "a.key"): Promise<App> {
	const note = (text: string, facts: object = {}) =>
		void logged.push(`${text} ${Object.values(facts).join(" ")}`);
	app = await openApp(config(cert, key), { log: { ...silentLog, info: note, error: note } });
	return app;
}

/** Who the server says it is. */
function who(url: string): Promise<string> {
	return new Promise((resolve, reject) => {
		const { hostname, port } = new URL(url);
		const socket = connect({ host: hostname, port: Number(port), rejectUnauthorized: false }, () => {
			resolve(String(socket.getPeerCertificate().subject.CN));
			socket.destroy();
		});
		socket.on("error", reject);
	});
}

const plain = (url: string, path: string) => fetch(`${url}${path}`, { tls: { rejectUnauthorized: false } });

describe("served", () => {
	test("pages come by https, and say that they do", async () => {
		make("a");
		const { url = "" } = await start();
		expect(url).toStartWith("https://127.0.0.1:");
		expect(await who(url)).toBe("a.test");
		expect((await plain(url, "/healthz")).status).toBe(200);
	});

	test("a new certificate is taken without a break; open connections go on", async () => {
		make("a");
		make("b");
		const { url = "", reload } = await start();
		const open: string[] = [];
		const held = connect({ host: "127.0.0.1", port: Number(new URL(url).port), rejectUnauthorized: false });
		held.on("data", (bytes) => void open.push(bytes.toString("latin1")));
		held.write("GET /healthz HTTP/1.1\r\nhost: localhost\r\n\r\n");
		await until(() => open.length > 0, "an answer");
		expect(open.join("")).toContain("HTTP/1.1 200");
		for (const end of ["crt", "key"]) renameSync(at(`b.${end}`), at(`a.${end}`));
		reload();
		expect(await who(url)).toBe("b.test");
		expect(logged.join("\n")).toContain("new certificate");
		expect((await plain(url, "/healthz")).status).toBe(200);
		held.destroy();
	});
});

describe("wrong files", () => {
	const text = (content: string) => {
		writeFileSync(at("x"), content);
		return "x";
	};
	const locked = (): [string, string] => {
		make("c", 30, ["-passout", "pass:secret"]);
		return ["c.crt", "c.key"];
	};
	const wrong: [string, () => [string, string], RegExp][] = [
		["no certificate", () => [text("hello"), "a.key"], /TLS_CERT=.*x holds no certificate/],
		["no key", () => ["a.crt", text("hello")], /TLS_KEY=.*x holds no private key/],
		["a key of another", () => ["a.crt", "b.key"], /do not belong together/],
		["an empty file", () => [text(""), "a.key"], /holds no certificate/],
		["a folder", () => [".", "a.key"], /TLS_CERT=.* cannot be read/],
		["a key behind a password", locked, /behind a password/],
	];
	test.each(wrong)("%s: the start is refused with the name of the file", async (_, prepare, says) => {
		make("a");
		make("b");
		await expect(start(...prepare())).rejects.toMatchObject({
			code: "invalid",
			message: expect.stringMatching(says),
		});
	});

	test.each(wrong)("%s: while it runs the old one stays, and the log says why", async (_, prepare) => {
		make("a");
		make("b");
		make("run");
		const { url = "", reload } = await start("run.crt", "run.key");
		const [cert, key] = prepare();
		if (cert !== "a.crt" && cert !== ".") renameSync(at(cert), at("run.crt"));
		if (cert === ".") rmSync(at("run.crt"));
		if (key !== "a.key") renameSync(at(key), at("run.key"));
		reload();
		expect(await who(url)).toBe("run.test");
		expect(logged.join("\n")).toMatch(/the old one stays.*(TLS_CERT|TLS_KEY)=/);
	});

	test("past its time: refused", () => {
		make("a", 30);
		const files = { tlsCert: at("a.crt"), tlsKey: at("a.key") };
		expect(readCertificate(files, Date.now())?.endsAt).toBeGreaterThan(Date.now());
		expect(() => readCertificate(files, Date.now() + 31 * 86_400_000)).toThrow(/past its time/);
	});

	test.each([
		[{ TLS_CERT: "a.crt" }, /belong together/],
		[{ TLS_CERT: "none.crt", TLS_KEY: "a.key" }, /TLS_CERT=.*none\.crt is not a file that is there/],
	])("settings %j", (env, says) => {
		make("a");
		const named = Object.fromEntries(Object.entries(env).map(([key, name]) => [key, at(name)]));
		expect(() => loadConfig({ env: named })).toThrow(says);
	});
});

test("the key of the certificate stands nowhere, also when it does not fit", async () => {
	for (const name of ["a", "b"]) make(name);
	const keys = ["a", "b"].flatMap((name) =>
		readFileSync(at(`${name}.key`), "utf8")
			.split("\n")
			.filter((line) => line.length > 20 && !line.startsWith("-----")),
	);
	expect(keys.length).toBeGreaterThan(3);
	const said: string[] = [];
	const log = await openLog({ level: "debug", format: "json", write: (line) => void said.push(line) });
	const env = { DATABASE_URL: ":memory:", PORT: "0", TLS_CERT: at("a.crt"), TLS_KEY: at("a.key") };
	const served = await openApp(loadConfig({ env }), { log });
	try {
		const seen = [];
		for (const path of ["/setup", "/healthz", "/nothing", "/api/v1/doctor"]) {
			const answer = await fetch(`${served.url}${path}`, { tls: { rejectUnauthorized: false } });
			seen.push(await answer.text());
		}
		await Bun.write(at("a.key"), readFileSync(at("b.key")));
		served.reload();
		expect(said.some((line) => line.includes("the old one stays"))).toBe(true);
		seen.push(...served.checks().map((check) => JSON.stringify(check)));
		const all = [...said, ...seen].join("\n");
		expect(keys.filter((line) => all.includes(line))).toEqual([]);
	} finally {
		await served.close();
	}
	const wrong = { ...env, TLS_KEY: at("b.crt") };
	const told = await openApp(loadConfig({ env: wrong }), { log }).catch((error: Error) => error.message);
	expect(keys.filter((line) => String(told).includes(line))).toEqual([]);
	await openLog({ level: "error", format: "text", write: () => undefined });
});
