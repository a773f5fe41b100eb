/** A port that cannot be had: what is in the way, and which setting changes it. */

import { expect, test } from "bun:test";
import { openApp } from "../../src/app.ts";
import { loadConfig } from "../../src/config.ts";
import { silentLog } from "../../src/log.ts";

const open = (env: Record<string, string>) =>
	openApp(loadConfig({ env: { DATABASE_URL: ":memory:", ...env } }), { log: silentLog });

test("a port that is taken leads to PORT", async () => {
	const other = Bun.serve({ hostname: "127.0.0.1", port: 0, fetch: () => new Response() });
	try {
		await expect(open({ PORT: String(other.port) })).rejects.toThrow(
			`127.0.0.1:${other.port} cannot be listened on: another program listens there. Set PORT.`,
		);
	} finally {
		await other.stop(true);
	}
});

test("an address of another machine leads to HOST (192.0.2.0/24 is nobody's, RFC 5737)", async () => {
	await expect(open({ HOST: "192.0.2.1", PORT: "0" })).rejects.toThrow(
		"192.0.2.1:0 cannot be listened on: it is no address of this machine. Set HOST.",
	);
});

test("what is no address at all leads to both", async () => {
	await expect(open({ HOST: ":::::", PORT: "0" })).rejects.toThrow(
		/cannot be listened on: .*[^.] *\. Set HOST and PORT\.$/,
	);
});
