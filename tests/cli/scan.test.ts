/** `rollcall scan`: what it refuses and how it says so, and what it prints, on loopback only. */

import { afterEach, describe, expect, test } from "bun:test";
import { scanCommand } from "../../src/cli/scan.ts";
import { AppError } from "../../src/errors.ts";

const before = { ...process.env };
afterEach(() => {
	for (const key of ["NMAP_ARGS", "SCAN_TCP_PORTS"]) {
		if (before[key] === undefined) delete process.env[key];
		else process.env[key] = before[key];
	}
});

async function run(...args: string[]) {
	const written = { out: "", err: "" };
	const io = {
		out: (text: string) => {
			written.out += text;
		},
		err: (text: string) => {
			written.err += text;
		},
		terminal: false,
	};
	return { code: await scanCommand(args, io), ...written };
}

describe("refusals", () => {
	// B-064: a target is an address and nothing else.
	test.each([
		["nothing", []],
		["an unknown option", ["--fast", "127.0.0.1"]],
		["nmap's own option", ["-oN", "x"]],
		["an option behind --", ["--", "-oN"]],
		["target and option in one", ["10.0.0.1 -oN x"]],
		["a list", ["10.0.0.1,-sV"]],
		["stars", ["*.*.*.*"]],
		["a range", ["10-11.0.0.1"]],
		["a name", ["scanme.example"]],
		["a file", ["@file"]],
		["a network", ["192.168.1.0/24"]],
		["a leading zero", ["010.0.0.1"]],
		["multicast", ["224.0.0.1"]],
		["nobody", ["0.0.0.0"]],
		["too many", Array.from({ length: 257 }, (_, i) => `10.0.${i >> 8}.${i & 255}`)],
	])("%s", async (_, args) => {
		const error = await run(...args).then(
			() => undefined,
			(thrown: unknown) => thrown,
		);
		expect(error).toBeInstanceOf(AppError);
		expect((error as AppError).code).toBe("invalid");
	});

	test("settings that nmap must not be given", async () => {
		process.env.NMAP_ARGS = "-sT --script http-put";
		await expect(run("127.0.0.1")).rejects.toMatchObject({ field: "NMAP_ARGS" });
	});
});

test("the built-in scan of a port that is open, as a table and as JSON", async () => {
	const server = Bun.listen({ hostname: "127.0.0.1", port: 0, socket: { data() {} } });
	process.env.SCAN_TCP_PORTS = `${server.port}`;
	const table = await run("127.0.0.1", "--builtin");
	expect(table).toMatchObject({ code: 0, out: `127.0.0.1  ${server.port}/tcp\n` });
	expect(table.err).toContain(`built-in TCP scan of ports ${server.port} is used`);
	const { out } = await run("127.0.0.1", "--builtin", "--json");
	expect(JSON.parse(out)).toEqual({
		ip: "127.0.0.1",
		ports: [{ port: server.port, proto: "tcp", service: "", product: "", version: "" }],
	});
	server.stop(true);
});
