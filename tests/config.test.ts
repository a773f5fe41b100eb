/** Settings: where they come from, which win, and what is said of a wrong one. */

import { describe, expect, test } from "bun:test";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { loadConfig } from "../src/config.ts";

describe("settings", () => {
	test("flags win over the environment, which wins over the file", () => {
		const folder = mkdtempSync(join(tmpdir(), "rollcall-config-"));
		const file = join(folder, "settings");
		writeFileSync(file, "PORT=1001\nHOST=127.0.0.9\nSCAN_RATE_PPS=77\n# a comment\n");
		const config = loadConfig({ file, env: { PORT: "1002", HOST: "127.0.0.8" }, flags: { PORT: "1003" } });
		expect(config).toMatchObject({ port: 1003, host: "127.0.0.8", scanRatePps: 77, source: file });
		expect(Object.isFrozen(config)).toBe(true);
		rmSync(folder, { recursive: true });
	});

	test.each([
		["sqlite:///./ipam.db", resolve("ipam.db")],
		["sqlite:////var/lib/rollcall/ipam.db", "/var/lib/rollcall/ipam.db"],
		["data/ipam.db", resolve("data/ipam.db")],
		[":memory:", ":memory:"],
		["sqlite::memory:", ":memory:"],
	])("DATABASE_URL=%s is %s", (url, path) => {
		expect(loadConfig({ env: { DATABASE_URL: url } }).databasePath).toBe(path);
	});

	test.each([
		["PORT", "eighty"],
		["PORT", "65536"],
		["PORT", "-1"],
		["PORT", "0x50"],
		["SCAN_ICMP_INTERVAL_SECONDS", "5"],
		["SCAN_RATE_PPS", "1e6"],
		["LOG_LEVEL", "loud"],
		["DATABASE_URL", "postgres://localhost/ipam"],
		["DATABASE_URL", "sqlite://ipam.db"],
		["DATABASE_URL", "file:ipam.db"],
		["PUBLIC_URL", "rollcall.example.org"],
		["PUBLIC_URL", "http://rollcall.lan:99999"],
		["PUBLIC_URL", "http://ada:secret@rollcall.lan"],
		["PUBLIC_URL", "http://rollcall.lan?x"],
		["WEBHOOK_ALLOW_LOOPBACK", "constructor"],
		["HOST", "a b"],
		["PTR_SERVER", "abc"],
		["PTR_SERVER", "10.0.0.53:99999"],
	])("%s=%s stops the start with key, value and an example", (key, value) => {
		const load = () => loadConfig({ env: { [key]: value } });
		expect(load).toThrow(`${key}=${value}`);
		expect(load).toThrow(`Example: ${key}=`);
	});

	test("a file that is named but not there is an error", () => {
		expect(() => loadConfig({ file: "/nowhere/settings", env: {} })).toThrow("/nowhere/settings");
	});
});
