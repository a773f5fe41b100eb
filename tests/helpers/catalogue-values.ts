/** The catalogue of bad input, 4.1 to 4.5: texts, formulas, addresses, arguments, logins. Each row, and where it is proved. */

const ESCAPING = "tests/views/escaping.test.tsx";
const OFFICE = "tests/helpers/office.ts";
const TEXTS = "tests/http/texts.test.ts";
const BAD = "tests/http/api/bad-input.test.ts";
const MECHANICS = "tests/http/mechanics.test.ts";
const GUARD = "tests/http/guard.test.ts";
const FIRST = "tests/http/first-administrator.test.ts";
const SESSIONS = "tests/http/sessions.test.ts";
const PASSWORDS = "tests/ipam/passwords.test.ts";
const TOKENS = "tests/http/tokens.test.ts";
const TARGET = "tests/model/target.test.ts";
const NMAP = "tests/probes/nmap/arguments.test.ts";
const SCANS = "tests/faults/targets.test.ts";
const ADDRESS = "tests/net/address.test.ts";
const CIDR = "tests/net/cidr.test.ts";
const READ = "tests/formats/read.test.ts";

/** A file, and words in it without which it proves nothing. */
type Proof = readonly [file: string, ...words: string[]];
export type Rows = Readonly<Record<string, readonly Proof[]>>;

export const VALUES: Rows = {
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
		["tests/ipam/deletions.test.ts", "of a nested subnet"],
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
		[FIRST, "257 characters", "a megabyte", "a NUL in it"],
		[PASSWORDS, "differ only at their end"],
	],
	"B-067": [[SESSIONS, "starts with a new key at every sign-in"]],
	"B-068": [[SESSIONS, "twice in one header"]],
	"B-069": [[SESSIONS, 'rollcall_http={"a":1}']],
	"B-070": [[SESSIONS, "rollcall_http=%zz", "length: 1_000"]],
	"B-071": [[SESSIONS, "__proto__="]],
	"B-073": [
		[
			SESSIONS,
			"signing out ends it on the server",
			"seven days whatever happens",
			"a new password ends all others",
		],
	],
	"B-074": [[SESSIONS, "or in the address"]],
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
};

/** Rows that the same tests prove. */
export function all(ids: readonly string[], proofs: readonly Proof[]): Record<string, readonly Proof[]> {
	return Object.fromEntries(ids.map((id) => [id, proofs]));
}
