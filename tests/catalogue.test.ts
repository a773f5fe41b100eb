/**
 * The catalogue of bad input (faults 4): every row, and where it is proved. A row whose proof is renamed or taken away
 * fails here. Reads test files as text.
 */

import { expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { join } from "node:path";

const ESCAPING = "tests/views/escaping.test.tsx";
const OFFICE = "tests/helpers/office.ts";
const TEXTS = "tests/http/texts.test.ts";
const BAD = "tests/http/api/bad-input.test.ts";
const MECHANICS = "tests/http/mechanics.test.ts";
const GUARD = "tests/http/guard.test.ts";
const LOGIN = "tests/http/login.test.ts";
const PASSWORDS = "tests/ipam/passwords.test.ts";
const TOKENS = "tests/http/tokens.test.ts";
const TARGET = "tests/model/target.test.ts";
const POST = "tests/events/post.test.ts";
const HOOKS = "tests/http/webhooks.test.ts";
const NMAP = "tests/probes/nmap/arguments.test.ts";
const SCANS = "tests/faults/targets.test.ts";
const ADDRESS = "tests/net/address.test.ts";
const CIDR = "tests/net/cidr.test.ts";
const READ = "tests/formats/read.test.ts";
const IMPORTS = "tests/http/imports.test.ts";
const PLAN = "tests/ipam/imports.test.ts";
const SEARCH = "tests/http/search.test.ts";
const HISTORY = "tests/http/history.test.ts";
const DOORS = "tests/http/doors.test.ts";

/** A file, and words in it without which it proves nothing. */
type Proof = readonly [file: string, ...words: string[]];

const ROWS: Readonly<Record<string, readonly Proof[]>> = {
	// 4.1 Texts.
	"B-001": [
		[OFFICE, "<script>window.__xss=1</script>"],
		[ESCAPING, "leaves the shape of every page"],
		[TEXTS, "what was kept comes out as text"],
	],
	"B-002": [
		[OFFICE, "<img src=x onerror"],
		[TEXTS, "<img src=x onerror"],
	],
	"B-003": [
		[OFFICE, "onmouseover="],
		[TEXTS, "onmouseover="],
	],
	"B-004": [
		[OFFICE, "'-alert(1)-'"],
		[TEXTS, "'-alert(1)-'"],
	],
	"B-005": [
		[OFFICE, "javascript:window"],
		[TEXTS, "javascript:window"],
		[TARGET, "javascript:alert(1)"],
	],
	"B-007": [
		[OFFICE, "</title></textarea></script>"],
		[TEXTS, "</title></textarea></script>"],
	],
	"B-008": [
		[OFFICE, "{{7*7}}"],
		[TEXTS, "{{7*7}}"],
	],
	"B-009": [
		[OFFICE, "hx-get="],
		[TEXTS, "hx-get="],
	],
	"B-010": [
		[OFFICE, "data-hx-on:click"],
		[TEXTS, "data-hx-on:click"],
	],
	"B-011": [
		[OFFICE, "]]><!--"],
		[TEXTS, "]]><!--"],
	],
	"B-013": [
		[TEXTS, "NUL"],
		[BAD, "NUL"],
		["tests/probes/nmap/report.test.ts", "control characters made visible"],
	],
	"B-014": [
		[TEXTS, "a forged line of the log"],
		[BAD, "an escape"],
		["tests/probes/nmap/report.test.ts", "hostile text as text"],
	],
	"B-015": [
		[TEXTS, "right to left"],
		[BAD, "right to left"],
		[ESCAPING, "nothing invisible reaches a page"],
	],
	"B-016": [
		[TEXTS, "half a character"],
		[BAD, "half a character"],
		[MECHANICS, "half a character"],
	],
	"B-017": [
		[TEXTS, "otter", "\\u0301"],
		[OFFICE, "\\u0301"],
	],
	"B-019": [
		[TEXTS, "раураl", "xn--80ak6aa92e"],
		[OFFICE, "раураl"],
	],
	"B-020": [[TEXTS, "letters that become others in another case"]],
	"B-021": [
		[TEXTS, "256 kB"],
		[BAD, "256 kB of name", "more than a megabyte"],
	],
	"B-022": [[TEXTS, "spaces alone are nothing"]],
	"B-023": [
		[TEXTS, "hasOwnProperty", "__proto__"],
		[BAD, "constructor"],
	],
	// 4.2 Formulas.
	...all(
		["B-025", "B-026", "B-027", "B-028", "B-029", "B-031", "B-032", "B-033", "B-034", "B-035"],
		[
			[
				READ,
				"cells that a spreadsheet would run",
				"comes out harmless and back as it was",
				"=1+1",
				"HYPERLINK",
			],
			["tests/http/audit.test.ts", "CSV that no spreadsheet runs"],
		],
	),
	// 4.3 Addresses.
	"B-037": [
		[CIDR, "0.0.0.0/0"],
		["tests/net/targets.test.ts", "0.0.0.0/0"],
	],
	"B-038": [
		["tests/net/ranges.test.ts", "2^64 addresses costs nothing"],
		["tests/net/targets.test.ts", "/64"],
	],
	"B-039": [
		[BAD, "10.0.0.0/33", "10.0.0.0/255.255.0.255"],
		[CIDR, "/33"],
	],
	"B-040": [
		["tests/http/pages.test.ts", "host bits set"],
		[BAD, "10.0.0.5/24"],
	],
	"B-041": [
		[ADDRESS, "010.0.0.1"],
		[BAD, "010.0.0.1", "167772161"],
		[SCANS, "010.0.0.1"],
	],
	"B-043": [["tests/net/targets.test.ts", "224.0.0.0", "127."]],
	"B-044": [[CIDR, "/31", "/127"]],
	"B-045": [["tests/http/pages.test.ts", "the same CIDR twice", "nested subnets take the hosts"]],
	"B-046": [
		[BAD, "addresses and blocks"],
		["tests/helpers/api-scenes.ts", "createHost 409"],
		[READ, "aabb.cc00.1122"],
	],
	"B-047": [["tests/http/reserve.test.ts", "is refused: %s", "two who want overlapping rows"]],
	"B-049": [
		["tests/bench/batches.ts", "65"],
		["tests/ipam/batches.test.ts", "subnet"],
	],
	"B-050": [
		[BAD, "9007199254740993", "1%20OR%201=1"],
		[MECHANICS, "/subnets/1e3"],
	],
	// 4.4 nmap.
	...all(
		["B-051", "B-052", "B-053", "B-055", "B-056", "B-057", "B-058", "B-059", "B-061", "B-062", "B-063"],
		[[NMAP, "B-051 to B-063", "-script=http-put", "--append", "-iL /etc/passwd", "-T5", "--datadir"]],
	),
	"B-064": [[SCANS, "192.168.1.0/24 --interface=eth0", "scanme.example", "*.*.*.*", "nothing was started"]],
	// 4.5 Login.
	"B-065": [
		[LOGIN, "257 characters", "a megabyte", "a NUL in it"],
		[PASSWORDS, "differ only at their end"],
	],
	"B-067": [[LOGIN, "starts with a new key at every sign-in"]],
	"B-068": [[LOGIN, "twice in one header"]],
	"B-069": [[LOGIN, 'rollcall_http={"a":1}']],
	"B-070": [[LOGIN, "rollcall_http=%zz", "length: 1_000"]],
	"B-071": [[LOGIN, "__proto__="]],
	"B-073": [
		[
			LOGIN,
			"signing out ends it on the server",
			"seven days whatever happens",
			"a new password ends all others",
		],
	],
	"B-074": [[LOGIN, "or in the address"]],
	"B-075": [
		[PASSWORDS, "two hundred from two hundred", "two hundred names from one address", "password of his own"],
	],
	...all(
		["B-076", "B-077", "B-078", "B-079", "B-080", "B-081"],
		[
			[GUARD, "the address behind a proxy", "x-real-ip"],
			[MECHANICS, "X-HTTP-Method-Override", "X-Original-URL"],
		],
	),
	"B-082": [
		[TOKENS, "two at once", "10 kB", "in the address", "Basic"],
		["tests/http/walk.test.ts", "scope %s"],
	],
	// 4.6 Where to go after signing in.
	...all(
		["B-083", "B-085", "B-086", "B-087", "B-088", "B-089"],
		[[GUARD, "//evil.example", "https:evil", "/\\t/evil", "javascript:alert(1)", "Set-Cookie:x=1", "@evil"]],
	),
	// 4.7 HTTP.
	"B-091": [
		[GUARD, "127.0.0.1.nip.io", "ipam.lan:99999"],
		[MECHANICS, "two hosts", "no host"],
		[DOORS, "absolute"],
	],
	"B-092": [
		[MECHANICS, "TRACE", "CONNECT", "HEAD has no body"],
		[GUARD, "is no way to ask"],
	],
	"B-093": [[MECHANICS, "/hosts/%2e%2e%2f"]],
	"B-094": [
		[MECHANICS, "/static/../../etc/passwd", "/static/%00"],
		[GUARD, "/static/%252e"],
	],
	"B-095": [[DOORS, "numbers of things that are none"]],
	"B-097": [[MECHANICS, "/hosts/%zz", "/hosts/%c0%af", "/hosts/%00"]],
	"B-098": [[MECHANICS, "a path of 20 kB", "a header of 20 kB", "250 headers"]],
	"B-099": [
		[MECHANICS, "/api/v1/hosts;x=1", "none of them is a way round"],
		[DOORS, "percent sign"],
	],
	"B-100": [
		[MECHANICS, "100,000 brackets", "__proto__", "two lengths", "length and chunks"],
		[BAD, "trailing garbage", "UTF-16", "limit=5&limit=6"],
		[DOORS, "ten thousand parts", "chunks without an end"],
	],
	// 4.8 Webhooks.
	"B-101": [
		[TARGET, "file:///etc/passwd"],
		[POST, "is not fetched"],
	],
	"B-103": [
		[TARGET, "http://localhost./", "http://[::]/"],
		[HOOKS, "its own port is refused"],
	],
	"B-104": [[TARGET, "2130706433", "①②⑦", "%31%32%37"]],
	"B-105": [[TARGET, "[::ffff:7f00:1]", "[2002:7f00:1::]"]],
	"B-106": [[TARGET, "metadata.google.internal", "[fd00:ec2::254]"]],
	"B-107": [
		[TARGET, "user:pw@"],
		["tests/http/secrets.test.ts", "URL credentials"],
	],
	"B-109": [[POST, "resolved once", "is not connected to"]],
	"B-110": [[POST, "to somewhere else is not followed", "nor to a file"]],
	"B-111": [[TARGET, "something huge, at once"]],
	"B-112": [[TARGET, "example.org:0", "65536", ":6379"]],
	"B-113": [[DOORS, "headers of a webhook", "its method"]],
	"B-115": [[TARGET, "xn--l-7sba6dbr", "xn--bcher-kva"]],
	"B-116": [[POST, "what it says is nowhere in what we keep"]],
	"B-117": [[DOORS, "its method"]],
	// 4.9 Files.
	"B-118": [
		[READ, "files that are refused, with the reason", "UTF-16"],
		[IMPORTS, "nothing, a picture, a broken file"],
	],
	"B-119": [[READ, "tables that are taken", "sep="]],
	"B-121": [
		[READ, "too many columns, rows, bytes"],
		[PLAN, "another mapping of the same file"],
	],
	"B-122": [[READ, "a million empty lines are no rows"]],
	"B-123": [
		[READ, "a cell too long"],
		[IMPORTS, "too large: told before it is read"],
		["tests/bench/moving.ts", "100"],
	],
	"B-124": [[PLAN, "the same address twice", "an address outside of the subnet", "a subnet described later"]],
	"B-125": [[PLAN, "an absent column is not an empty one"]],
	"B-127": [
		[READ, "1E+05"],
		["tests/formats/samples.test.ts", "what Excel saves"],
	],
	"B-128": [[PLAN, "a file twice is nothing the second time"]],
	"B-129": [
		[PLAN, "a failure half-way leaves nothing behind"],
		["tests/helpers/kill-scenes.ts", "import"],
	],
	"B-130": [[DOORS, "two files at once"]],
	"B-131": [[IMPORTS, "a viewer neither", "without it nothing is taken"]],
	"B-133": [[READ, "a workbook that becomes too large", "a workbook with a document type"]],
	"B-134": [["tests/probes/nmap/report.test.ts", "what is no result", "hosts that nobody asked for"]],
	"B-135": [["tests/store/backup.test.ts", "is refused, and the database stays to the byte"]],
	"B-136": [
		[TEXTS, "nosniff"],
		["tests/http/audit.test.ts", "attachment; filename="],
	],
	"B-137": [[IMPORTS, "a name that would break the header"]],
	// 4.10 Lists.
	"B-139": [
		[TEXTS, "256 kB"],
		[BAD, "256 kB of name"],
		[SEARCH, "too much asked"],
	],
	"B-140": [
		[SEARCH, "is text, not a pattern"],
		[BAD, "is looked for literally"],
	],
	"B-141": [[BAD, "sort=id;drop", "fields=password_hash", "cursor=abc"]],
	"B-142": [[HISTORY, "bounds"]],
};

function all(ids: readonly string[], proofs: readonly Proof[]): Record<string, readonly Proof[]> {
	return Object.fromEntries(ids.map((id) => [id, proofs]));
}

/** Every number that the catalogue names. */
const NUMBERS = [
	...[1, 2, 3, 4, 5, 7, 8, 9, 10, 11, 13, 14, 15, 16, 17, 19, 20, 21, 22, 23],
	...[25, 26, 27, 28, 29, 31, 32, 33, 34, 35, 37, 38, 39, 40, 41, 43, 44, 45, 46, 47, 49, 50],
	...[51, 52, 53, 55, 56, 57, 58, 59, 61, 62, 63, 64, 65, 67, 68, 69, 70, 71, 73, 74, 75],
	...[76, 77, 78, 79, 80, 81, 82, 83, 85, 86, 87, 88, 89, 91, 92, 93, 94, 95, 97, 98, 99, 100],
	...[101, 103, 104, 105, 106, 107, 109, 110, 111, 112, 113, 115, 116, 117],
	...[
		118, 119, 121, 122, 123, 124, 125, 127, 128, 129, 130, 131, 133, 134, 135, 136, 137, 139, 140, 141, 142,
	],
];

test("every row of the catalogue is here, and no other", () => {
	expect(Object.keys(ROWS).sort()).toEqual(NUMBERS.map((n) => `B-${String(n).padStart(3, "0")}`).sort());
});

test("what proves a row is there", () => {
	const read = new Map<string, string>();
	const textOf = (file: string) => {
		const text = read.get(file) ?? readFileSync(join(import.meta.dir, "..", file), "utf8");
		read.set(file, text);
		return text;
	};
	const missing = Object.entries(ROWS).flatMap(([id, proofs]) =>
		proofs.flatMap(([file, ...words]) =>
			words.filter((word) => !textOf(file).includes(word)).map((word) => `${id}: ${file} says no “${word}”`),
		),
	);
	expect(missing).toEqual([]);
});
