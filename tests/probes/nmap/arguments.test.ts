/** The list of permitted options: what passes and how it is printed, and every trick that must not pass. */

import { describe, expect, test } from "bun:test";
import { AppError } from "../../../src/errors.ts";
import { type NmapPlan, nmapArguments, planNmap, type RawRight } from "../../../src/probes/nmap/arguments.ts";
import { addresses } from "../../helpers/probing.ts";

const LIMIT_MS = 600_000;
const PRINTERS = "--exclude-ports T:515,T:9100-9107";
const plan = (text: string, raw: RawRight = "root"): NmapPlan => planNmap(text, raw, LIMIT_MS);
const printed = (text: string, raw: RawRight = "root") => plan(text, raw).options.join(" ");

describe("what passes is printed anew", () => {
	test.each([
		["-Pn -T3 --top-ports 1000 -sS -sV", `-Pn -T3 --top-ports 1000 -sS -sV ${PRINTERS}`],
		["  -sT   -p  0", undefined],
		["-sT -p 443,80,80-82", "-sT -p 80-82,443"],
		["-p22 -sT", "-p 22 -sT"],
		["-p- -sS", "-p 1-65535 -sS"],
		["--top-ports=0020 -sT", "--top-ports 20 -sT"],
		["-PS -PA80,443 -sS", "-PS -PA80,443 -sS"],
		["--max-rate 0500 --min-rate 1", "--max-rate 500 --min-rate 1"],
		["--max-rtt-timeout 1s --max-retries 2", "--max-rtt-timeout 1000ms --max-retries 2"],
		["-sU -F --version-intensity 3", "-sU -F --version-intensity 3"],
		["", ""],
	])("%s", (text, expected) => {
		if (expected === undefined) expect(() => plan(text)).toThrow(AppError);
		else expect(printed(text)).toBe(expected);
	});

	test("the card's --top-1000-ports is understood, and said", () => {
		const { options, notes } = plan("-Pn --top-1000-ports -sT");
		expect(options).toEqual(["-Pn", "--top-ports", "1000", "-sT"]);
		expect(notes).toEqual(["--top-1000-ports is no option of nmap: understood as --top-ports 1000."]);
	});

	test("without the right to raw sockets -sS becomes -sT, and what cannot be done is left out; both are said", () => {
		const { options, notes } = plan("-sS -O -sU --traceroute -p 1-9", "none");
		expect(options).toEqual(["-sT", "-p", "1-9"]);
		expect(notes.join(" ")).toMatch(
			/-sS became -sT.*-O is left out.*-sU is left out.*--traceroute is left out/,
		);
		expect(plan("-sS", "granted").options).toEqual(["-sS"]);
	});

	test("the host's time limit is ours unless the line has one", () => {
		expect(plan("-sT").hostTimeoutMs).toBe(LIMIT_MS);
		expect(plan("-sT --host-timeout 5m")).toMatchObject({ hostTimeoutMs: 300_000, options: ["-sT"] });
		expect(() => plan("--host-timeout 61m")).toThrow(/--host-timeout cannot take “61m”/);
	});
});

describe("printers are never given to -sV", () => {
	test.each<[string, string, number[]]>([
		["-sV", `-sV ${PRINTERS}`, [515, 9_100, 9_101, 9_102, 9_103, 9_104, 9_105, 9_106, 9_107]],
		["-sV -p 22,80", "-sV -p 22,80", []],
		["-sV -p 500-600", `-sV -p 500-600 ${PRINTERS}`, [515]],
		["-sV -p 9100", "-p 9100", []],
		["-sT -p 9100", "-sT -p 9100", []],
	])("%s", (text, expected, quiet) => {
		expect(printed(text)).toBe(expected);
		expect(plan(text).quietPorts).toEqual(quiet);
	});
});

/** B-051 to B-063, and relatives. */
const TRICKS: readonly string[] = [
	"-sV; id",
	"$(id)",
	"`id`",
	"-oN /var/lib/rollcall/x",
	"-oX /etc/x",
	"-oA x",
	"-oX-",
	"-script=http-put",
	"-script http-put",
	"--script http-put --script-args http-put.file=/etc/passwd",
	"--script=default",
	"-sC",
	"-A",
	"--append",
	"--append-output",
	"--resum x",
	"--resume x",
	"-iL /etc/passwd",
	"-iL/etc/passwd",
	"-iR 5",
	"--excludefile /etc/passwd",
	"--exclude 10.0.0.1",
	"--exclude-ports 22",
	"--datadir x",
	"--servicedb /srv/x",
	"--versiondb /srv/x",
	"--stylesheet http://example.org/x.xsl",
	"-e eth0",
	"-S 1.2.3.4",
	"--spoof-mac 0",
	"-D RND:10",
	"-sI zombie",
	"-b host",
	"-g 53",
	"--source-port 53",
	"--proxies http://127.0.0.1:1",
	"--data 41",
	"-f",
	"--mtu 8",
	"--badsum",
	"--interactive",
	"--privileged",
	"--unprivileged",
	"--allports",
	"-sn",
	"-sL",
	"-6",
	"-T5",
	"-T 5",
	"-T4x",
	"--min-rate 1000000",
	"--min-rate 0x10",
	"--max-retries 999",
	"--max-retries -1",
	"--top-ports 1001",
	"--top-ports 1e3",
	"--top-ports",
	"-p",
	"-p 0",
	"-p 1-70000",
	"-p T:22",
	"-p http*",
	"-PS22;id",
	"-Pn5",
	"-sV=1",
	"--host-timeout 0",
	"--host-timeout 5m;id",
	"-sS -sT",
	"-p 22 --top-ports 5",
	"-sV -sV",
	"-T3 -T4",
	"–sV",
	"-sV\u00a0-O",
	"-sV\0",
	"-sV\n-oN x",
	"-sV\t-oN",
	"'-sV'",
	'"-sV"',
	"-sV #",
	"--",
	"-- 10.0.0.1",
	"10.0.0.1",
	"scanme.example",
	"@file",
	"192.168.1.0/24 --interface=eth0",
	"constructor",
	"__proto__",
	"--toString",
	`-sV ${" -sV".repeat(2_000)}`,
];

describe("what does not pass stops the start and names the option", () => {
	test.each(TRICKS)("%j", (text) => {
		for (const raw of ["root", "granted", "none"] as const) {
			let error: unknown;
			try {
				plan(text, raw);
			} catch (thrown) {
				error = thrown;
			}
			expect(error).toBeInstanceOf(AppError);
			expect(error).toMatchObject({ code: "invalid", field: "NMAP_ARGS" });
			expect((error as AppError).message).toMatch(/^NMAP_ARGS: .+ Example: NMAP_ARGS=/);
			// Nothing but printable ASCII and our own quotation marks: it goes to a terminal.
			expect((error as AppError).message).toMatch(/^[\x20-\x7e“”]+$/);
		}
	});
});

describe("the whole command line", () => {
	const [one = 0n, two = 0n, six = 0n] = addresses("10.0.0.14", "10.0.0.15", "2001:db8::1");

	test("our own flags, then -- and addresses printed from numbers", () => {
		expect(nmapArguments(plan("-sS -p 1-9"), "root", [one, two]).join(" ")).toBe(
			"-sS -p 1-9 -n --no-stylesheet --min-hostgroup 2 --host-timeout 600000ms --stats-every 2s -oX - -- 10.0.0.14 10.0.0.15",
		);
	});

	test("the right is told, the family too", () => {
		expect(nmapArguments(plan("-sS"), "granted", [six]).slice(0, 3)).toEqual(["--privileged", "-6", "-sS"]);
		expect(nmapArguments(plan("-sS", "none"), "none", [one]).slice(0, 2)).toEqual(["--unprivileged", "-sT"]);
		expect(nmapArguments(plan("-sS"), "granted", [six]).at(-1)).toBe("2001:db8::1");
	});

	test("everything behind -- is an address, everything is a string", () => {
		const all = nmapArguments(plan("-Pn -T3 --top-ports 1000 -sS -sV"), "root", [one, two]);
		expect(all.every((word) => typeof word === "string")).toBe(true);
		expect(all.slice(all.indexOf("--") + 1).every((word) => /^[0-9a-f.:]+$/.test(word))).toBe(true);
	});

	test("nobody, or two families, is a fault of ours", () => {
		expect(() => nmapArguments(plan("-sT"), "root", [])).toThrow();
		expect(() => nmapArguments(plan("-sT"), "root", [one, six])).toThrow();
	});
});
