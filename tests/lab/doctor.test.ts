/** `rollcall doctor` on a machine that lacks a right or a name server: each missing thing with the command that gives it. */

import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { FAR, type Lab, labProblem, openLab, sysctl } from "../helpers/netns.ts";

const problem = labProblem("setpriv", "sysctl");
const MAIN = join(import.meta.dir, "../../src/main.ts");

type Line = { name: string; state: string; says: string; mend: string | null };

describe.skipIf(problem !== undefined)(
	`rollcall doctor${problem === undefined ? "" : ` (${problem})`}`,
	() => {
		const NO_RAW = ["setpriv", "--bounding-set=-net_raw", "--inh-caps=-net_raw"];
		let own: Lab;
		beforeAll(() => {
			own = openLab(61);
		});
		afterAll(() => own?.close());
		const doctor = (as: string[] = [], env: Record<string, string> = {}) => {
			const settings = Object.entries(env).map(([key, value]) => `${key}=${value}`);
			const command = [
				...as,
				"env",
				...settings,
				process.execPath,
				"--no-env-file",
				MAIN,
				"doctor",
				"--json",
			];
			const database = { DATABASE_URL: join(tmpdir(), "no-such.db"), PTR_LOOKUP_ENABLED: "false" };
			const { code, out } = own.inNear(command, { env: database });
			const { ok, checks } = JSON.parse(out) as { ok: boolean; checks: Line[] };
			return { code, ok, of: (name: string) => checks.find((check) => check.name === name) };
		};

		test("with every right: nothing fails", () => {
			const { code, ok, of } = doctor();
			expect({ code, ok }).toEqual({ code: 0, ok: true });
			expect(of("ICMP")).toMatchObject({ state: "ok", mend: null });
			expect(of("ARP")).toMatchObject({ state: "ok" });
		});

		test("the capability is dropped: datagram sockets, or (ping_group_range) not even those; each with its command", () => {
			sysctl(own, "near", "net.ipv4.ping_group_range", "0 2147483647");
			const some = doctor(NO_RAW);
			expect(some.code).toBe(0);
			expect(some.of("ICMP")).toMatchObject({
				state: "warn",
				mend: expect.stringMatching(/^sudo setcap cap_net_raw\+ep \//),
			});
			expect(some.of("ARP")).toMatchObject({ state: "warn", mend: expect.stringContaining("setcap") });
			expect(some.of("Datagram sockets")).toMatchObject({ state: "ok" });
			sysctl(own, "near", "net.ipv4.ping_group_range", "1 0");
			const none = doctor(NO_RAW);
			expect(none.of("ICMP")).toMatchObject({
				state: "warn",
				says: expect.stringContaining("The ping program"),
			});
			expect(none.of("Datagram sockets")).toMatchObject({
				state: "warn",
				mend: 'sudo sysctl -w net.ipv4.ping_group_range="0 2147483647"',
			});
			const nothing = doctor(NO_RAW, { PATH: "/nowhere" });
			expect(nothing).toMatchObject({ code: 1, ok: false });
			expect(nothing.of("ICMP")).toMatchObject({ state: "bad", mend: expect.stringContaining("setcap") });
			expect(nothing.of("nmap")).toMatchObject({
				state: "warn",
				says: expect.stringContaining("nmap was not found"),
			});
		});

		test("a name server that is not there: exit 1", () => {
			const { code, of } = doctor([], { PTR_LOOKUP_ENABLED: "true", PTR_SERVER: FAR });
			expect(code).toBe(1);
			expect(of("Name server")).toMatchObject({ state: "bad", mend: `dig -x 127.0.0.1 @${FAR}` });
		});
	},
);
