/** Texts that strangers choose, in every place where a page shows one: they stay text. */

import { describe, expect, test } from "bun:test";
import type { VNode } from "preact";
import type { Batch } from "../../src/model/batch.ts";
import { EVENT_KINDS } from "../../src/model/event.ts";
import type { Host } from "../../src/model/host.ts";
import type { SearchAnswers } from "../../src/model/search.ts";
import type { SubnetSummary } from "../../src/model/subnet.ts";
import { usableRange } from "../../src/net/cidr.ts";
import { Account, RecoveryCodes, TwoStepStart } from "../../views/account.tsx";
import { Activity } from "../../views/activity.tsx";
import { BatchPage, UndoBar } from "../../views/batch.tsx";
import { BulkDelete, BulkEdit } from "../../views/bulk.tsx";
import { Dashboard } from "../../views/dashboard.tsx";
import { Doctor } from "../../views/doctor.tsx";
import { LoginPage, RefusedPage, SetupPage } from "../../views/door.tsx";
import { HostPage, HostPanel } from "../../views/host.tsx";
import { Problem } from "../../views/problem.tsx";
import { renderDocument, renderFragment, renderMain } from "../../views/render.tsx";
import { ReserveForm } from "../../views/reserve.tsx";
import { SearchOptions, SearchPage } from "../../views/search.tsx";
import { Settings } from "../../views/settings.tsx";
import { SubnetPage } from "../../views/subnet.tsx";
import { SubnetDelete, SubnetEdit } from "../../views/subnet-form.tsx";
import { Subnets } from "../../views/subnets.tsx";
import { TokenMade, Tokens } from "../../views/tokens.tsx";
import { UnsentPage } from "../../views/unsent.tsx";
import { UserPage, Users } from "../../views/users.tsx";
import { HOSTILE } from "../helpers/office.ts";
import { event, host, listingOf, mapOf, NOW, subnet } from "../helpers/world.ts";

const URLS = {
	css: "/a.css",
	script: "/a.js",
	htmx: "/h.js",
	door: "/o.js",
	icon: "/i.svg",
	iconDown: "/d.svg",
	sprite: "/s.svg",
};
const OUTSIDE = { assets: URLS, theme: "auto", encrypted: false } as const;
const person = (name: string) =>
	({ id: 1, name, role: "admin", twoStep: true, disabledAt: NOW, lastLoginAt: NOW, createdAt: NOW }) as const;
const token = (text: string) =>
	({ id: 1, name: text, scope: "read", madeBy: text, createdAt: NOW, expiresAt: NOW, usedAt: NOW }) as const;
const ADMIN = { role: "admin", csrf: '"><b>' } as const;

function placeWith(text: string) {
	const one = host("10.66.0.1", {
		hostname: text,
		description: text,
		notes: text,
		tags: [text],
		mac: text,
		vendor: text,
		ports: [{ port: 80, proto: "tcp", service: text, product: text, version: text, firstSeenAt: NOW }],
	});
	const other = { ...one, id: one.id + 1, ip: "10.66.0.2", address: one.address + 1n, hostname: "" };
	const place = subnet(7, "10.66.0.0/24", text, [one, other], {
		notes: text,
		gateway: text,
		lastSweepProblem: text,
	});
	return { one, other, place };
}

function answersWith(text: string, one: Host, other: Host, place: SubnetSummary): SearchAnswers {
	return {
		text,
		hint: { kind: "free", address: "10.66.0.9", subnet: place },
		subnets: { shown: [place], count: 9 },
		hosts: { shown: [one, other], count: 9 },
		services: {
			shown: [
				{ port: 1, service: text, product: "", hosts: 2 },
				{ port: undefined, service: "", product: text, hosts: 2 },
			],
			count: 9,
		},
	};
}

/** Every page and part with the text wherever a text can be. */
function pagesWith(text: string): Record<string, VNode> {
	const { one, other, place } = placeWith(text);
	const query = { filter: { tag: text, service: text, text }, order: "alive", open: [] } as const;
	const listing = { ...listingOf([one, other], usableRange(place.cidr)), query };
	const detail = { vendor: text, reason: text, field: text, old: text, new: text };
	const events = EVENT_KINDS.map((kind) => event(kind, text, 1_000, { detail }));
	const map = mapOf(place, [one, other]);
	const values = {
		cidr: text,
		name: text,
		notes: text,
		gateway: text,
		sweepIntervalS: text,
		sweepEnabled: true,
	};
	const form = { values, problem: { field: "cidr", message: text, suggestion: text } };
	const selection = { list: "/subnets/7", ids: "1", all: false, except: "" };
	const bulk = {
		...{ selection, hosts: 2, annotated: 1, source: text, known: [text] },
		...{ tags: [{ name: text, hosts: 2 }], problem: { field: "notes", message: text } },
	};
	const batch: Batch = {
		...{ id: 1, kind: "bulk_edit", state: "undone", actor: text, source: text, detail: { fields: text } },
		...{
			madeAt: 1,
			finishedAt: 1,
			added: 1,
			changed: 1,
			deleted: 1,
			subnets: 1,
			undoneAt: 1,
			undoneBy: text,
			kept: 1,
		},
	};
	const offers = [{ cidr: text, interface: text, addresses: 1n }];
	const counts = { up: 1, down: 0, neverAnswered: 0, newIn24h: 0, answered24h: undefined };
	const edit = { field: "description", value: text, theirs: text, by: text } as const;
	const tags = { field: "tags", value: text, problem: text } as const;
	const shared = { subnet: place, events, now: NOW };
	return {
		...smallPages(text, place),
		search: <SearchPage answers={answersWith(text, one, other, place)} now={NOW} />,
		options: <SearchOptions answers={answersWith(text, one, other, place)} />,
		dashboard: (
			<Dashboard
				counts={counts}
				subnets={[{ subnet: place, map }]}
				all={[place]}
				listing={listing}
				changes={events}
				offers={offers}
				now={NOW}
			/>
		),
		"first run": (
			<Dashboard
				counts={counts}
				subnets={[]}
				all={[]}
				listing={listing}
				changes={[]}
				offers={offers}
				now={NOW}
			/>
		),
		subnets: (
			<Subnets
				subnets={[{ subnet: place, depth: 99 }]}
				form={form}
				finder={{
					values: { within: text, length: text },
					problem: { field: "within", message: text, suggestion: text },
				}}
				offers={offers}
				now={NOW}
			/>
		),
		subnet: (
			<SubnetPage
				subnet={place}
				ancestors={[place]}
				children={[place]}
				map={map}
				listing={listing}
				run={undefined}
				now={NOW}
			/>
		),
		edit: <SubnetEdit subnet={place} form={form} />,
		delete: (
			<SubnetDelete subnet={place} hosts={2} annotated={1} nested={[place]} moved={{ to: text, hosts: 1 }} />
		),
		bulk: <BulkEdit {...bulk} values={{ description: text }} />,
		bulkDelete: <BulkDelete {...bulk} />,
		batch: (
			<BatchPage
				batch={batch}
				kept={[{ noun: "host", id: 1, label: text, outcome: "kept", fields: text }]}
				days={9}
				now={NOW}
			/>
		),
		undo: <UndoBar batch={{ ...batch, state: "done" }} back="/" />,
		host: <HostPage host={one} {...shared} />,
		drawer: <HostPanel host={one} inHand={edit} drawer {...shared} />,
		tags: <HostPanel host={one} inHand={tags} tags={[text, "a"]} drawer {...shared} />,
	};
}

function smallPages(text: string, place: SubnetSummary): Record<string, VNode> {
	const events = EVENT_KINDS.map((kind) => event(kind, text, 1_000, { detail: { reason: text } }));
	return {
		reserve: (
			<ReserveForm
				subnet={place}
				address={text}
				values={{ count: text, hostname: text, description: text }}
				problem={{ message: text }}
			/>
		),
		activity: (
			<Activity
				window={{ events, next: 9, filter: { text }, zone: "UTC", now: NOW }}
				subnets={[{ value: text, label: text }]}
			/>
		),
		settings: (
			<Settings
				theme="dark"
				about={[{ label: text, value: text }]}
				defaults={{
					values: { sweepIntervalS: text, scanEnabled: true, snmpEnabled: true },
					problem: { message: text },
				}}
				asksSnmp
			/>
		),
		doctor: <Doctor checks={[{ name: text, state: "bad", says: text, mend: text }]} />,
		problem: <Problem status={404} title={text} says={text} next={{ href: "/", label: text }} />,
		account: (
			<Account
				user={person(text)}
				sessions={[{ id: 1, userId: 1, createdAt: NOW, seenAt: NOW, address: text, agent: text }]}
				sessionId={2}
				codes={3}
				now={NOW}
				problem={{ form: "password", message: text }}
				done={text}
			/>
		),
		twoStep: (
			<TwoStepStart secret={text} uri={text} dots={[[true]]} problem={{ field: "code", message: text }} />
		),
		recovery: <RecoveryCodes codes={[text]} />,
		users: (
			<Users
				users={[person(text)]}
				ownId={1}
				form={{ name: text, role: "viewer", problem: { field: "name", message: text } }}
				now={NOW}
			/>
		),
		user: <UserPage user={person(text)} sessions={2} problem={{ form: "role", message: text }} />,
		tokens: (
			<Tokens
				tokens={[token(text)]}
				form={{ name: text, scope: "read", days: text, problem: { message: text } }}
				now={NOW}
			/>
		),
		tokenMade: <TokenMade token={token(text)} secret={text} />,
		login: <LoginPage {...OUTSIDE} name={text} next={text} problem={text} unsent={text} />,
		unsent: (
			<UnsentPage
				{...OUTSIDE}
				path={text}
				fields={[["value", text]]}
				typed={[{ label: "Notes", value: text }]}
				name={text}
				next={text}
			/>
		),
		setup: <SetupPage {...OUTSIDE} name={text} token={text} file={text} problem={{ message: text }} />,
		refused: <RefusedPage {...OUTSIDE} status={403} title="Not allowed" says={text} />,
	};
}

/** Tags and attribute names as a parser sees them. */
async function shape(html: string): Promise<string[]> {
	const found: string[] = [];
	const rewriter = new HTMLRewriter().on("*", {
		element(element) {
			found.push(`${element.tagName} ${[...element.attributes].map(([name]) => name).join(" ")}`);
		},
	});
	await rewriter.transform(new Response(html)).text();
	return found;
}

describe("hostile texts", () => {
	for (const [i, text] of HOSTILE.entries()) {
		test(`B-${(i + 1).toString().padStart(3, "0")} leaves the shape of every page as a harmless text does`, async () => {
			const [bad, good] = [pagesWith(text), pagesWith("harmless")];
			for (const name of Object.keys(bad)) {
				const [before, after] = [
					renderFragment(ADMIN, good[name] as VNode),
					renderFragment(ADMIN, bad[name] as VNode),
				];
				const folded = (shape: string[]) =>
					shape.filter((part) => !/^(details|summary|bdi|p|a) /.test(part)).sort();
				expect([name, folded(await shape(after))]).toEqual([name, folded(await shape(before))]);
			}
		});
	}

	test("nothing invisible reaches a page, and wire text is isolated", () => {
		const html = renderFragment(ADMIN, ...Object.values(pagesWith("\u202Eevil\u200B\x1b")));
		const shown = html
			.replace(/(?:value|href|action|hx-get)="[^"]*"/g, "")
			.replace(/<textarea[\s\S]*?<\/textarea>/g, "");
		const raw = ["\u202E", "\u200B", "\x1b"].flatMap((char) => {
			const at = shown.indexOf(char);
			return at < 0 ? [] : [shown.slice(Math.max(0, at - 80), at + 20)];
		});
		expect(raw).toEqual([]);
		expect(html).toContain("<bdi>⟨U+202E⟩evil⟨U+200B⟩\\x1b</bdi>");
	});
});

describe("documents", () => {
	const shell = {
		path: "/hosts/3",
		light: { lastSweepAt: undefined, problem: '"><script>' },
		downs: 2,
		theme: "dark",
		assets: {
			css: "/a.css",
			script: "/a.js",
			htmx: "/h.js",
			door: "/o.js",
			icon: "/i.svg",
			iconDown: "/d.svg",
			sprite: "/s.svg",
		},
		now: NOW,
		reader: ADMIN,
		name: '"><b>',
		encrypted: false,
		search: '"><script>',
	} as const;

	test("have a doctype, a theme, the count of downs and no script of their own", () => {
		const html = renderDocument({ ...shell, title: "</title><script>", main: <main id="main" /> });
		expect(html).toStartWith('<!doctype html><html lang="en" data-theme="dark"');
		expect(html).toContain("<title>(2) &lt;/title>&lt;script> · Rollcall</title>");
		expect(html.match(/<script/g)).toHaveLength(2);
		expect(html).not.toMatch(/<script(?![^>]* src=)|\sstyle=|\son[a-z]+=|hx-on|javascript:/);
		expect(html).toContain('href="/d.svg"');
		expect(html).toContain('<a href="/subnets" aria-current="page">');
	});

	test("for htmx are a title and the main part", () => {
		expect(renderMain({ title: "Subnets", main: <main id="main" />, downs: 3, reader: ADMIN })).toBe(
			'<title>(3) Subnets · Rollcall</title><main id="main"></main>',
		);
	});
});
