/** Reading what nmap wrote: real captures, and everything that must not be taken for a result. */

import { describe, expect, test } from "bun:test";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { AppError } from "../../../src/errors.ts";
import { formatPorts } from "../../../src/net/ports.ts";
import { readReport as read } from "../../../src/probes/nmap/report.ts";
import { addresses } from "../../helpers/probing.ts";

const FOLDER = join(import.meta.dir, "../../../samples/nmap");
/** A folder for each version of nmap. */
const VERSIONS = readdirSync(FOLDER).filter((name) => name !== "README.md");
const captureOf = (version: string, name: string) =>
	readFileSync(join(FOLDER, version, `${name}.xml`), "utf8");
const capture = (name: string) => captureOf("7.93", name);
const [near = 0n, far = 0n, silent = 0n, six = 0n, other = 0n] = addresses(
	...["10.99.0.1", "10.99.0.2", "10.99.0.6", "fd99::2", "10.0.0.1"],
);
const readReport = (xml: string, targets: bigint[]) => read(xml, targets, async () => {});

test("six versions from 7.80 to 7.991 are at hand", () => {
	expect(VERSIONS.sort()).toEqual(["7.80", "7.93", "7.94", "7.95", "7.99", "7.991"]);
});

describe.each(VERSIONS)("real captures of nmap %s", (version) => {
	const only = async (name: string, target: bigint) => {
		const result = await readReport(captureOf(version, name), [target]);
		expect(result.hosts.length).toBeLessThanOrEqual(1);
		return { ...result, host: result.hosts[0] };
	};

	test("it is of that version", () => {
		expect(capture("connect")).toContain('version="7.93"');
		expect(captureOf(version, "connect")).toMatch(new RegExp(` version="${version}(SVN)?"`));
	});

	test("two hosts by connections", async () => {
		const { hosts, covered, strangers } = await readReport(captureOf(version, "connect"), [near, far]);
		expect(strangers).toBe(0);
		expect(formatPorts(covered.tcp)).toBe("22,80-81");
		expect(hosts.find(({ address }) => address === far)?.ports.map(({ port }) => port)).toEqual([22, 80]);
		expect(hosts.find(({ address }) => address === near)).toMatchObject({ ports: [], silent: false });
	});

	test("closed ports that are folded are answers too", async () => {
		const { host, covered } = await only("syn", far);
		expect(host?.ports.map(({ port }) => port)).toEqual([21, 22, 80]);
		expect(host?.silent).toBe(false);
		expect(formatPorts(covered.tcp)).toBe("1-1000");
	});

	test("versions, and hostile text as text", async () => {
		const ports = (await only("version-hostile", far)).host?.ports ?? [];
		const of = (port: number) => ports.find((one) => one.port === port);
		expect(of(22)).toMatchObject({
			service: "ssh",
			product: "OpenSSH",
			version: "9.2p1 Debian 2+deb12u3 (protocol 2.0)",
			identified: true,
		});
		expect(of(21)).toMatchObject({ product: "vsftpd", identified: true });
		expect(of(21)?.version).toStartWith("<script>alert(1)</script>\"'&");
		expect(of(2121)?.product).toContain("<img src=x onerror=alert(1)>");
		expect(JSON.stringify(ports)).not.toMatch(/\\u00[01]|\\[bfnrt]/);
	});

	test("a host out of time, or not listed, is not judged", async () => {
		expect((await only("timeout", far)).host).toBeUndefined();
		expect((await only("down", silent)).host).toBeUndefined();
	});

	test("silence is told from closed ports", async () => {
		expect((await only("filtered", silent)).host).toMatchObject({ ports: [], silent: true });
	});

	test("a thousand ports, one host out of time beside a good one or not", async () => {
		const top = await readReport(captureOf(version, "top-ports"), [near, far]);
		expect(top.covered.tcp.reduce((n, { first, last }) => n + last - first + 1, 0)).toBe(1_000);
		const open = top.hosts.find(({ address }) => address === far)?.ports.map(({ port }) => port);
		expect(open).toEqual([21, 22, 80, 2_121, 2_222, 9_100]);
		// From 7.99 on nmap takes minutes for a thousand ports of the machine it runs on.
		const isSlow = Number(version) >= 7.99;
		expect(top.hosts.some(({ address }) => address === near)).toBe(!isSlow);
	});

	test("UDP, IPv6, ports that were left out, guesses of systems", async () => {
		expect(await only("udp", far)).toMatchObject({ host: { ports: [], silent: false } });
		expect(formatPorts((await only("udp", far)).covered.udp)).toBe("53,161");
		expect((await only("v6", six)).host?.ports).toMatchObject([{ port: 22, proto: "tcp", service: "ssh" }]);
		expect(formatPorts((await only("printer-excluded", far)).covered.tcp)).toBe("22");
		expect((await only("os", far)).host?.ports).toMatchObject([{ port: 22 }]);
	});

	test("no host, told as a success by most and as a crash by one, is no result", async () => {
		await expect(only("no-hosts", far)).rejects.toMatchObject({ code: "unavailable" });
	});
});

describe("ports of which nothing is known", () => {
	const good = capture("connect");
	const said = async (xml: string) => {
		const host = (await readReport(xml, [near, far])).hosts.find(({ address }) => address === far);
		return { open: host?.ports.map(({ port }) => port), unheard: formatPorts(host?.unheard.tcp ?? []) };
	};
	const PORT_22 = /<port protocol="tcp" portid="22">.*?<\/port>/;
	const filtered = '<state state="filtered" reason="no-response" reason_ttl="0"/>';
	const extra = (text: string) => `<extraports state="filtered" count="1">${text}</extraports>`;

	test.each<[string, string, string]>([
		["all answered", good, ""],
		[
			"listed as filtered",
			good.replace(PORT_22, `<port protocol="tcp" portid="22">${filtered}</port>`),
			"22",
		],
		[
			"listed as rejected by a filter",
			good.replace(
				PORT_22,
				`<port protocol="tcp" portid="22">${filtered.replace("no-response", "admin-prohibited")}</port>`,
			),
			"",
		],
		[
			"folded, with the ports",
			good.replace(PORT_22, extra('<extrareasons reason="no-response" count="1" proto="tcp" ports="22"/>')),
			"22",
		],
		[
			"folded without the ports, as before 7.92: any that is not listed",
			good.replace(PORT_22, extra('<extrareasons reason="no-responses" count="1"/>')),
			"22",
		],
		[
			"folded, and they answered",
			good.replace(PORT_22, extra('<extrareasons reason="resets" count="1"/>')),
			"",
		],
	])("%s", async (_, xml, unheard) => {
		const found = await said(xml);
		expect(found.unheard).toBe(unheard);
		expect(found.open).not.toContain(unheard === "22" ? 22 : 81);
	});

	test("more open ports than are kept have not closed", async () => {
		const many = Array.from(
			{ length: 2_100 },
			(_, i) => `<port protocol="tcp" portid="${1_000 + i}"><state state="open" reason="syn-ack"/></port>`,
		);
		const xml = good
			.replaceAll(/<port protocol="tcp" portid="22">.*?<\/port>/g, many.join(""))
			.replace('services="22,80-81"', 'services="80-81,1000-4000"');
		const found = await said(xml);
		expect(found.open).toHaveLength(2_000);
		expect(found.unheard).toBe("2999-3099");
	});
});

describe("what is no result", () => {
	const good = capture("connect");
	const bomb = `<!DOCTYPE nmaprun [<!ENTITY a "${"x".repeat(1_000)}"><!ENTITY b "&a;&a;&a;">]>`;
	const cases: [string, string][] = [
		["nothing", ""],
		["words", "Segmentation fault"],
		["zeros", "\0".repeat(1_000)],
		["cut off in the middle", good.slice(0, good.length / 2)],
		["cut off before the end", good.replace(/<runstats>[\s\S]*/, "")],
		["cut off in the last tag", good.replace(/exit="success"[\s\S]*/, "")],
		["an end without success", good.replace('exit="success"', 'exit="error" errormsg="Bye <b>"')],
		["no host at all", capture("no-hosts")],
		["fewer hosts", good.replace('total="2"', 'total="1"')],
		["a count that is none", good.replace('total="2"', 'total="2.0"')],
		["a host twice", good.replaceAll("10.99.0.1", "10.99.0.2")],
		["no list of ports", good.replace(/<scaninfo[^>]*>/, "")],
		["a list that is none", good.replace('services="22,80-81"', 'services="22;id"')],
		["entities", good.replace("<!DOCTYPE nmaprun>", bomb)],
		[
			"an external document",
			good.replace("<!DOCTYPE nmaprun>", '<!DOCTYPE nmaprun SYSTEM "file:///etc/passwd">'),
		],
		["two document types", good.replace("<!DOCTYPE nmaprun>", "<!DOCTYPE nmaprun><!DOCTYPE nmaprun>")],
		["another document", "<!DOCTYPE html><html></html>"],
		["deep nesting", "<a>".repeat(100_000)],
		["a tag called __proto__", `<nmaprun><__proto__ total="2"/></nmaprun>`],
		["a million references", `<nmaprun a="${"&#65;".repeat(1_000_000)}"/>`],
	];
	test.each(cases)("%s", async (_, xml) => {
		let error: unknown;
		try {
			await readReport(xml, [near, far]);
		} catch (thrown) {
			error = thrown;
		}
		expect(error).toBeInstanceOf(AppError);
		expect((error as AppError).code).toBe("unavailable");
		expect((error as AppError).message).toStartWith("nmap gave no result to rely on: ");
		expect(({} as { total?: string }).total).toBeUndefined();
	});

	test("hosts that nobody asked for are dropped and counted", async () => {
		const { hosts, strangers } = await readReport(good, [far, other]);
		expect(strangers).toBe(1);
		expect(hosts.map(({ address }) => address)).toEqual([far]);
		const nonsense = good.replace('addr="10.99.0.1"', 'addr="evil"');
		expect(await readReport(nonsense, [near, far])).toMatchObject({ strangers: 1 });
	});

	test("ports that are none are left out, long texts cut, control characters made visible", async () => {
		const dirty = good
			.replace('portid="80"', 'portid="80000"')
			.replace('name="ssh"', `name="s&#x9b;2J${"x".repeat(500)}"`);
		const host = (await readReport(dirty, [near, far])).hosts.find(({ address }) => address === far);
		expect(host?.ports.map(({ port }) => port)).toEqual([22]);
		expect(host?.ports[0]?.service).toStartWith("s\\x9b2Jxxx");
		expect(host?.ports[0]?.service.length).toBe(64);
	});
});
