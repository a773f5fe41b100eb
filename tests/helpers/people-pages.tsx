/** Who may sign in, and what was done to many hosts at once, as the gallery shows them: names that strangers chose among them. */

import type { VNode } from "preact";
import type { Batch, Kept } from "../../src/model/batch.ts";
import type { Token, User } from "../../src/model/user.ts";
import { Account, RecoveryCodes, TwoStepStart } from "../../views/account.tsx";
import { BatchPage } from "../../views/batch.tsx";
import { BulkDelete, BulkEdit } from "../../views/bulk.tsx";
import { LoginPage, type Outside, RefusedPage, SetupPage } from "../../views/door.tsx";
import { TokenMade, Tokens } from "../../views/tokens.tsx";
import { UnsentPage } from "../../views/unsent.tsx";
import { UserPage, Users } from "../../views/users.tsx";
import { DAY, HOUR, MINUTE, NOW } from "./world.ts";

const LONG = "a-name-of-somebody-with-very-many-letters-".repeat(3);
const ada: User = {
	...{ id: 1, name: "ada", role: "admin", twoStep: true, disabledAt: undefined },
	...{ lastLoginAt: NOW - 4 * MINUTE, createdAt: NOW - 90 * DAY },
};
const users: User[] = [
	ada,
	{ ...ada, id: 2, name: "marta", role: "editor", twoStep: false, lastLoginAt: NOW - 3 * DAY },
	{ ...ada, id: 3, name: LONG, role: "viewer", disabledAt: NOW - DAY, lastLoginAt: undefined },
	{ ...ada, id: 4, name: "<img src=x onerror=window.__xss=1>", role: "viewer", twoStep: false },
];
const token: Token = {
	...{ id: 1, name: "prometheus", scope: "read", madeBy: "ada", createdAt: NOW - 20 * DAY },
	...{ expiresAt: NOW + 70 * DAY, usedAt: NOW - 12_000 },
};
const tokens: Token[] = [
	token,
	{ ...token, id: 2, name: "ansible", scope: "write", usedAt: undefined, expiresAt: undefined },
	{ ...token, id: 3, name: LONG, scope: "admin", expiresAt: NOW - HOUR },
];
const agent =
	"Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/156.0.0.0 Safari/537.36";
const session = { id: 1, userId: 1, createdAt: NOW - DAY, seenAt: NOW - 10_000, address: "10.0.0.31", agent };
const sessions = [
	session,
	{ ...session, id: 2, address: "2001:db8:cafe:1234:5678:9abc:def0:1234", agent: "<b>curl</b>/8".repeat(12) },
];

export const batch: Batch = {
	...{ id: 4, kind: "bulk_edit", state: "done", actor: "marta", source: "24 hosts in Office LAN" },
	...{ detail: { fields: "description, tags" }, madeAt: NOW - 40_000, finishedAt: NOW - 39_000 },
	...{ added: 0, changed: 24, deleted: 0, subnets: 0, undoneAt: undefined, undoneBy: "", kept: 0 },
};
const undone: Batch = { ...batch, state: "undone", undoneAt: NOW - 5_000, undoneBy: "ada", kept: 3 };
const working: Batch = {
	...{ ...batch, state: "undoing", kind: "delete", source: "Warehouse", actor: "marta", undoneBy: "ada" },
	...{ changed: 0, deleted: 65_000, subnets: 1, detail: { undone: 24_100 } },
};
const kept: Kept[] = [
	{ noun: "host", id: 5, label: "nas.lan", outcome: "kept", fields: "tags_json, description" },
	{ noun: "host", id: 6, label: "x".repeat(120), outcome: "gone", fields: "" },
	{ noun: "host", id: 7, label: "10.0.0.21", outcome: "kept", fields: "address" },
];

/** No code that says anything, but as wide as one. */
const dots = Array.from({ length: 41 }, (_, y) =>
	Array.from({ length: 41 }, (_, x) => (x * y + x) % 3 === 0),
);

const selection = { list: "/subnets/1", ids: "1,2,3", all: false, except: "" };
const many = {
	...{ selection, hosts: 24, annotated: 6, source: "24 hosts in Office LAN", known: ["infra", "dhcp"] },
	tags: [
		{ name: "infra", hosts: 12 },
		{ name: "a-tag-of-some-length", hosts: 3 },
	],
};
const wrong = {
	values: { hostname: "not a name!", tags_added: "infra" },
	problem: { field: "hostname", message: "“not a name!” is no hostname: letters, digits, hyphens and dots." },
};

/** The page at this path of the gallery; undefined when it is none of these. */
export function peoplePage(path: string): { title: string; main: VNode } | undefined {
	const pages: Record<string, () => [string, VNode]> = {
		"/settings/users": () => [
			"Users",
			<Users key="u" users={users} ownId={1} form={{ name: "", role: "viewer" }} now={NOW} />,
		],
		"/settings/users/2": () => ["marta", <UserPage key="u" user={users[1] ?? ada} sessions={2} />],
		"/settings/tokens": () => [
			"Tokens",
			<Tokens key="t" tokens={tokens} form={{ name: "", scope: "read", days: "90" }} now={NOW} />,
		],
		"/x/token-made": () => ["Tokens", <TokenMade key="t" token={token} secret={`rc_${"x7Kq".repeat(11)}`} />],
		"/account": () => [
			"Your account",
			<Account key="a" user={ada} sessions={sessions} sessionId={1} codes={3} now={NOW} />,
		],
		"/x/two-step": () => [
			"Two-step",
			<TwoStepStart key="a" secret="ABCD EFGH IJKL MNOP" uri="otpauth://x" dots={dots} />,
		],
		"/x/codes": () => ["Codes", <RecoveryCodes key="a" codes={["abcd-efgh", "ijkl-mnop"]} />],
		"/bulk": () => ["Edit", <BulkEdit key="b" {...many} />],
		"/x/bulk-wrong": () => ["Edit", <BulkEdit key="b" {...many} {...wrong} />],
		"/x/bulk-delete": () => ["Delete", <BulkDelete key="b" {...many} />],
		"/batches/4": () => ["Changed", <BatchPage key="b" batch={batch} kept={[]} days={14} now={NOW} />],
		"/x/batch-working": () => ["Undo", <BatchPage key="b" batch={working} kept={[]} days={14} now={NOW} />],
		"/x/batch-undone": () => ["Undone", <BatchPage key="b" batch={undone} kept={kept} days={14} now={NOW} />],
	};
	const found = pages[path]?.();
	return found && { title: found[0], main: found[1] };
}

/** A whole document at the door. */
export function doorPage(path: string, outside: Outside): VNode | undefined {
	switch (path) {
		case "/login":
			return <LoginPage {...outside} name="" next="/subnets/1" />;
		case "/x/login-unsent":
			return (
				<LoginPage
					{...outside}
					encrypted={false}
					name="ada"
					next=""
					problem="Name, password or code is not right."
					unsent="{}"
				/>
			);
		case "/x/unsent":
			return (
				<UnsentPage
					{...outside}
					path="/hosts/5/fields/notes"
					fields={[["value", "x"]]}
					typed={[{ label: "Notes", value: `second line\n${LONG}` }]}
					name="ada"
					next="/hosts/5"
				/>
			);
		case "/x/refused":
			return (
				<RefusedPage
					{...outside}
					title="Too many requests"
					status={429}
					says="Too many tries. Try again in 40 seconds."
				/>
			);
		case "/setup":
			return (
				<SetupPage
					{...outside}
					encrypted={false}
					file="/var/lib/rollcall/ipam.db.setup"
					name=""
					token=""
					problem={{ field: "password", message: "At least 8 characters." }}
				/>
			);
		default:
			return undefined;
	}
}
