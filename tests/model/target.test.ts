/** Where webhooks may go: the table of faults.md 4.8, and every address family behind it. */

import { describe, expect, test } from "bun:test";
import {
	judgeAddress,
	judgeAnswer,
	literalOf,
	readTarget,
	type TargetRules,
} from "../../src/model/target.ts";
import { address } from "../helpers/network.ts";
import { quickly } from "../helpers/quick.ts";

const strict: TargetRules = { allowLoopback: false, ownPort: 8080, ownAddresses: [address("192.168.1.5")] };
const loose: TargetRules = { ...strict, allowLoopback: true };

describe("refused when it is typed", () => {
	test.each([
		["file:///etc/passwd"],
		["ftp://example.org/"],
		["javascript:alert(1)"],
		["data:text/plain,x"],
		["example.org/hook"],
		["http://example.org/\r\nHost: other.example"],
		["http://exa\tmple.org/"],
		["http://example.org/a b"],
		["http://example\u200b.org/"],
		["//example.org/"],
		[""],
		["http://"],
		["http://127.0.0.1:8080/"],
		["http://localhost/"],
		["http://localhost./"],
		["http://LOCALHOST/"],
		["http://a.localhost/"],
		["http://[::1]/"],
		["http://[::]/"],
		["http://0/"],
		["http://0.0.0.0/"],
		["http://2130706433/"],
		["http://0x7f.1/"],
		["http://127.1/"],
		["http://017700000001/"],
		["http://①②⑦.⓪.⓪.①/"],
		["http://%31%32%37.0.0.1/"],
		["http://[::ffff:127.0.0.1]/"],
		["http://[::ffff:7f00:1]/"],
		["http://[::ffff:10.0.0.1]/"],
		["http://[::7f00:1]/"],
		["http://[64:ff9b::7f00:1]/"],
		["http://[64:ff9b::a9fe:a9fe]/"],
		["http://[2002:7f00:1::]/"],
		["http://[2001:0:7f00:1::1]/"],
		["http://169.254.169.254/latest/meta-data/"],
		["http://169.254.1.1/"],
		["http://[fe80::1]/"],
		["http://metadata.google.internal/"],
		["http://METADATA.google.internal./"],
		["http://[fd00:ec2::254]/"],
		["http://100.100.100.200/"],
		["http://user:pw@evil.example/"],
		["http://user@evil.example/"],
		["http://example.org:0/"],
		["http://example.org:65536/"],
		["http://example.org:22/"],
		["http://example.org:25/"],
		["http://example.org:6379/"],
		["http://10.0.0.9:9100/"],
		["http://224.0.0.1/"],
		["http://255.255.255.255/"],
		["http://[ff02::1]/"],
		["http://192.168.1.5:8080/"],
		["http://exa mple.org/"],
	])("%s", (url) => {
		const read = readTarget(url, strict);
		expect(read.value).toBeUndefined();
		expect(read.problem?.length).toBeGreaterThan(15);
		expect(read.problem).not.toContain("pw");
	});

	test("something huge, at once", async () => {
		const read = await quickly(() => readTarget("http://a".repeat(32_768), strict));
		expect(read.problem).toContain("2000");
	});
});

describe("allowed", () => {
	test.each([
		["https://example.org/hook?x=1", "https://example.org/hook?x=1"],
		["  http://10.0.0.7:8123/api/webhook/abc  ", "http://10.0.0.7:8123/api/webhook/abc"],
		["http://192.168.1.5:8081/", "http://192.168.1.5:8081/"],
		["http://[fd12:3456::1]:9000/", "http://[fd12:3456::1]:9000/"],
		["http://homeassistant.local/", "http://homeassistant.local/"],
		["https://bücher.example/", "https://xn--bcher-kva.example/"],
		["https://раураl.example/", "https://xn--l-7sba6dbr.example/"],
		["https://example.org/#token", "https://example.org/"],
		["http://example.org\\@127.0.0.1:22/", "http://example.org/@127.0.0.1:22/"],
		["http://[64:ff9b::808:808]/", "http://[64:ff9b::808:808]/"],
	])("%s is kept as %s", (typed, kept) => expect(readTarget(typed, strict).value?.href).toBe(kept));

	test.each([
		"http://127.0.0.1:9000/",
		"http://localhost:9000/",
		"http://[::1]:9000/",
		"http://169.254.7.7/",
	])("%s where the configuration allows loopback", (url) =>
		expect(readTarget(url, loose).problem).toBeUndefined(),
	);

	test.each([
		"http://127.0.0.1:8080/",
		"http://[::1]:8080/",
		"http://0.0.0.0:9000/",
		"http://169.254.169.254/",
		"http://[::ffff:127.0.0.1]:9000/",
		"http://239.1.1.1/",
	])("%s not even then", (url) => expect(readTarget(url, loose).value).toBeUndefined());
});

describe("addresses a name resolves to", () => {
	test.each<[string[], string]>([
		[["93.184.216.34"], "allowed"],
		[["10.0.0.1", "fd00::1"], "allowed"],
		[["93.184.216.34", "127.0.0.1"], "refused"],
		[["93.184.216.34", "::1"], "refused"],
		[["169.254.169.254"], "refused"],
		[["::ffff:127.0.0.1"], "refused"],
		[["::ffff:10.0.0.1"], "refused"],
		[["fe80::1%eth0"], "refused"],
		[["nonsense"], "refused"],
		[[], "refused"],
	])("%j: %s", (answer, verdict) => {
		expect(judgeAnswer(answer, 80, strict).value === undefined ? "refused" : "allowed").toBe(verdict);
	});

	test("the first of them is the one to connect to", () => {
		expect(judgeAnswer(["10.0.0.1", "10.0.0.2"], 80, strict).value).toBe("10.0.0.1");
		expect(judgeAnswer(["fd00::1", "10.0.0.2"], 80, strict).value).toBe("[fd00::1]");
	});

	test("our own port on our own address is never called, another port is", () => {
		expect(judgeAddress(address("192.168.1.5"), 8080, loose)).toContain("Rollcall itself");
		expect(judgeAddress(address("192.168.1.5"), 8081, loose)).toBeUndefined();
		expect(judgeAddress(address("192.168.1.6"), 8080, loose)).toBeUndefined();
	});
});

test.each([
	["[::1]", "value"],
	["[::ffff:7f00:1]", "problem"],
	["10.0.0.1", "value"],
	["example.org", "none"],
	["1.2.3.example", "none"],
])("%s in a URL is %s", (host, what) => {
	const literal = literalOf(host);
	expect(literal === undefined ? "none" : literal.problem === undefined ? "value" : "problem").toBe(what);
});
