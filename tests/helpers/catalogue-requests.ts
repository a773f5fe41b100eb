/** The catalogue of bad input, 4.6 to 4.10: ways, requests, webhooks, files, lists. Each row, and where it is proved. */

import { all, type Rows } from "./catalogue-values.ts";

const TEXTS = "tests/http/texts.test.ts";
const BAD = "tests/http/api/bad-input.test.ts";
const PARAMETERS = "tests/http/api/bad-parameters.test.ts";
const MECHANICS = "tests/http/mechanics.test.ts";
const GUARD = "tests/http/guard.test.ts";
const TARGET = "tests/model/target.test.ts";
const POST = "tests/events/post.test.ts";
const HOOKS = "tests/http/webhooks.test.ts";
const READ = "tests/formats/read.test.ts";
const REFUSED = "tests/formats/refused.test.ts";
const IMPORTS = "tests/http/imports.test.ts";
const PLAN = "tests/ipam/imports.test.ts";
const WRITING = "tests/ipam/import-writing.test.ts";
const SEARCH = "tests/http/search.test.ts";
const HISTORY = "tests/http/history.test.ts";
const DOORS = "tests/http/doors.test.ts";

export const REQUESTS: Rows = {
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
		[BAD, "trailing garbage", "UTF-16"],
		[PARAMETERS, "limit=5&limit=6"],
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
		["tests/helpers/canaries.ts", "URL credentials"],
		["tests/http/secrets.test.ts", "URL_PASSWORD"],
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
		[REFUSED, "files that are refused, with the reason"],
		[READ, "UTF-16"],
		[IMPORTS, "nothing, a picture, a broken file"],
	],
	"B-119": [[READ, "tables that are taken", "sep="]],
	"B-121": [
		[REFUSED, "too many columns, rows, bytes"],
		[PLAN, "another mapping of the same file"],
	],
	"B-122": [[REFUSED, "a million empty lines are no rows"]],
	"B-123": [
		[REFUSED, "a cell too long"],
		[IMPORTS, "too large: told before it is read"],
		["tests/bench/moving.ts", "100"],
	],
	"B-124": [[PLAN, "the same address twice", "an address outside of the subnet", "a subnet described later"]],
	"B-125": [[PLAN, "an absent column is not an empty one"]],
	"B-127": [
		[READ, "1E+05"],
		["tests/formats/samples.test.ts", "what Excel saves"],
	],
	"B-128": [[WRITING, "a file twice is nothing the second time"]],
	"B-129": [
		[WRITING, "a failure half-way leaves nothing behind"],
		["tests/helpers/kill-scenes.ts", "import"],
	],
	"B-130": [[DOORS, "two files at once"]],
	"B-131": [[IMPORTS, "a viewer neither", "without it nothing is taken"]],
	"B-133": [[REFUSED, "a workbook that becomes too large", "a workbook with a document type"]],
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
		[PARAMETERS, "is looked for literally"],
	],
	"B-141": [[PARAMETERS, "sort=id;drop", "fields=password_hash", "cursor=abc"]],
	"B-142": [[HISTORY, "bounds"]],
};
