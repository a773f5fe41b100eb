/** `rollcall sweep`: what it refuses and how it says so, and what it prints, on loopback only. */

import { describe, expect, test } from "bun:test";
import { type CommandIo, sweepCommand } from "../../src/cli/sweep.ts";

function io(more: Partial<CommandIo> = {}) {
	const written = { out: "", err: "" };
	const command: CommandIo = {
		out: (text) => {
			written.out += text;
		},
		err: (text) => {
			written.err += text;
		},
		terminal: false,
		...more,
	};
	return { written, command };
}

async function run(args: string[], more: Partial<CommandIo> = {}) {
	const { written, command } = io(more);
	const code = await sweepCommand(args, command);
	return { code, ...written };
}

describe("refusals end with 2 and say why on standard error", () => {
	const cases: [string, string[], RegExp][] = [
		["nothing", [], /at least one network/],
		[
			"an unknown option",
			["--fast", "127.0.0.1"],
			/^rollcall: Unknown option '--fast'\. See: rollcall sweep --help\n$/,
		],
		["bits behind the prefix", ["127.0.0.1/24"], /Did you mean 127\.0\.0\.0\/24\?/],
		["a name", ["localhost"], /not an IP address/],
		["a leading zero", ["127.0.0.010"], /leading zero/],
		["a rate of 0", ["127.0.0.1", "--rate", "0"], /--rate takes a number from 1/],
		["attempts in hexadecimal", ["127.0.0.1", "--attempts", "0x2"], /--attempts/],
		["a negative time-out", ["127.0.0.1", "--timeout=-5"], /--timeout/],
		["a large IPv6 network", ["2001:db8::/64"], /at most a \/112/],
		["too many addresses", ["10.0.0.0/11"], /2097152 addresses are too many/],
		["half of IPv6", ["8000::/1"], /at most a \/112/],
		["multicast", ["224.0.0.0/24"], /nobody may be asked/],
	];
	test.each(cases)("%s", async (_, args, words) => {
		const { code, out, err } = await run(args);
		expect(code).toBe(2);
		expect(out).toBe("");
		expect(err).toMatch(words);
	});
});

const skip = process.platform !== "linux" && !Bun.which("ping");

describe.skipIf(skip)("on loopback", () => {
	test("--json: one line for every address, each exactly once", async () => {
		const { code, out } = await run(["127.0.0.0/28", "127.0.0.4", "127.0.1.1", "--json"]);
		expect(code).toBe(0);
		const lines = out
			.trimEnd()
			.split("\n")
			.map((line) => JSON.parse(line));
		expect(lines).toHaveLength(16);
		for (const { ip, up, latencyMs } of lines) {
			expect(ip).toMatch(/^127\.0\.[01]\.\d+$/);
			expect(up).toBe(true);
			expect(latencyMs).toBeGreaterThan(0);
		}
	});

	test("a table in order of address with a summary, and progress for a person", async () => {
		const { code, out, err } = await run(["127.0.0.8/30"], { terminal: true });
		expect(code).toBe(0);
		expect(out).toMatch(
			/^127\.0\.0\.8 .* ms\n127\.0\.0\.9 .* ms\n127\.0\.0\.10 .* ms\n127\.0\.0\.11 .* ms\n4 of 4 up, [\d.]+ s\n$/,
		);
		expect(err).toContain("[########################] 4 of 4, 4 up");
	});

	test("an interrupt ends it with 130", async () => {
		const { code } = await run(["127.0.0.0/16", "--rate", "10"], { signal: AbortSignal.timeout(50) });
		expect(code).toBe(130);
	});
});
