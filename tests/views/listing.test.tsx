/** Rows of the host table: what pills say, how gaps read, where links lead. */

import { describe, expect, test } from "bun:test";
import type { Host } from "../../src/model/host.ts";
import type { Listing, ListRow } from "../../src/model/listing.ts";
import { statusOf } from "../../views/elements.tsx";
import { ListingRows } from "../../views/listing.tsx";
import { listUrl, rowsUrl } from "../../views/query.ts";
import { renderFragment } from "../../views/render.tsx";
import { address, host, listingOf, NOW } from "../helpers/world.ts";

const text = (html: string) =>
	html
		.replace(/<[^>]+>/g, " ")
		.replace(/\s+/g, " ")
		.trim();

function rows(listed: readonly ListRow[], more: Partial<Listing> = {}, gateway?: bigint): string {
	const listing = { ...listingOf([]), ...more, rows: listed };
	return renderFragment(
		{ role: "admin" },
		<ListingRows listing={listing} base="/subnets/1" subnetId={1} gateway={gateway} now={NOW} />,
	);
}

const range = (first: string, last: string) => ({ first: address(first), last: address(last) });

describe("pill", () => {
	test.each<[Partial<Host>, string, string]>([
		[{ status: "up" }, "up", "Up"],
		[{ status: "down" }, "down", "Down"],
		[{ status: "unknown" }, "unknown", "Unknown"],
		[{ status: "up", suspectSince: NOW }, "up", "Up · checking"],
		[{ status: "up", flapping: true }, "flapping", "Up · flapping"],
		[{ status: "down", flapping: true }, "flapping", "Down · flapping"],
		[{ status: "down", suspectSince: NOW }, "down", "Down"],
	])("%j", (more, mark, says) => {
		expect(statusOf(host("10.0.0.1", more))).toEqual({ mark, says } as ReturnType<typeof statusOf>);
	});
});

describe("last seen", () => {
	const seen = (more: Partial<Host>, unswept: number[] = []) => {
		const known = host("10.0.0.1", { subnetId: 4, lastSeenAt: NOW - 50_000, ...more });
		const html = rows([{ kind: "host", host: known }], { unswept: new Set(unswept) });
		return text(/<td class="seen".*?<\/td>/.exec(html)?.[0] ?? "");
	};

	test("is now for a host that is up, but not where the last sweep could not run", () => {
		expect(seen({ status: "up" })).toBe("now");
		expect(seen({ status: "up" }, [3])).toBe("now");
		expect(seen({ status: "up" }, [3, 4])).toBe("50 s ago");
		expect(seen({ status: "down" })).toBe("50 s ago");
	});
});

describe("gap rows", () => {
	test("a run says its ends, its size, and offers to show and to reserve", () => {
		const html = rows([{ kind: "gap", range: range("10.0.0.15", "10.0.0.200") }]);
		expect(text(html)).toBe("10.0.0.15 – 10.0.0.200 186 unused Show Reserve first free Reserve several Copy");
		expect([...html.matchAll(/aria-label="([^"]*)"/g)].map(([, label]) => label)).toEqual([
			"Show 10.0.0.15 – 10.0.0.200",
			"Reserve first free 10.0.0.15",
			"Reserve several 10.0.0.15",
			"Copy 10.0.0.15 – 10.0.0.200",
		]);
		expect(html).toContain('href="/subnets/1?open=10.0.0.15#f10.0.0.15"');
		expect(html).toContain('href="/subnets/1/free/10.0.0.15"');
	});

	test("the gateway at its beginning is not the first free address", () => {
		const links = (last: string) => {
			const gap: ListRow = { kind: "gap", range: range("10.0.0.1", last) };
			const html = rows([gap], {}, address("10.0.0.1"));
			return [...html.matchAll(/href="([^"]*free[^"]*)"/g)].map(([, href]) => href);
		};
		expect(links("10.0.0.9")).toEqual(["/subnets/1/free/10.0.0.2", "/subnets/1/free/10.0.0.2?count=8"]);
		expect(links("10.0.0.2")).toEqual(["/subnets/1/free/10.0.0.2"]);
		expect(links("10.0.0.1")).toEqual(["/subnets/1/free/10.0.0.1"]);
	});

	test("a single address is one address, with nothing to show", () => {
		expect(text(rows([{ kind: "gap", range: range("10.0.0.3", "10.0.0.3") }]))).toBe(
			"10.0.0.3 unused Reserve",
		);
	});

	test("an unfolded gap lists addresses and what is left", () => {
		const gap = range("10.0.0.3", "10.0.0.200");
		const html = rows(
			[
				{ kind: "free", address: address("10.0.0.3"), gap },
				{ kind: "gap_rest", range: range("10.0.0.67", "10.0.0.200"), gap },
			],
			{ query: { filter: {}, order: "alive", open: [gap.first] } },
		);
		expect(text(html)).toContain("10.0.0.3 unused Reserve");
		expect(text(html)).toContain("134 more unused Show 64 more");
		expect(html).toContain("open=10.0.0.3%2C10.0.0.67#f10.0.0.67");
	});

	test("huge runs are told as a power of ten", () => {
		expect(
			text(rows([{ kind: "gap", range: range("2001:db8::2", "2001:db8::ffff:ffff:ffff:fffe") }])),
		).toContain("1.8 × 10¹⁹ unused");
	});

	test("groups count", () => {
		expect(text(rows([{ kind: "group", group: "unused", count: 207n, ranges: 9 }]))).toBe(
			"Unused · 207 in 9 ranges",
		);
		expect(text(rows([{ kind: "group", group: "up", count: 37n }]))).toBe("Up · 37");
	});
});

describe("host rows", () => {
	test("a reservation says so, with its description or alone", () => {
		const reserved = host("10.0.0.9", { status: "unknown", description: "new firewall" });
		expect(text(rows([{ kind: "host", host: reserved }]))).toBe(
			"10.0.0.9 Unknown reserved: new firewall – never",
		);
		expect(text(rows([{ kind: "host", host: { ...reserved, description: "" } }]))).toContain(
			"Unknown reserved –",
		);
	});

	test("“now” is for those who are up; of a host that is down its age is told", () => {
		const up = host("10.0.0.9", { lastSeenAt: NOW - 61_000 });
		expect(text(rows([{ kind: "host", host: up }]))).toEndWith(" now");
		expect(text(rows([{ kind: "host", host: { ...up, status: "down" } }]))).toEndWith(" 1 m ago");
	});

	test("latency is amber and says why only far above the usual", () => {
		const slow = host("10.0.0.9", { latencyUs: 38_200, typicalLatencyUs: 600 });
		expect(text(rows([{ kind: "host", host: slow }]))).toContain("38.2 ms slow, usually 0.6 ms");
		expect(rows([{ kind: "host", host: { ...slow, typicalLatencyUs: 30_000 } }])).not.toContain("slow");
	});

	test("three ports and tags, then how many more", () => {
		const ports = Array.from({ length: 200 }, (_, n) => ({
			port: n + 1,
			proto: "tcp" as const,
			service: "",
			product: "",
			version: "",
			firstSeenAt: NOW,
		}));
		const tags = Array.from({ length: 40 }, (_, n) => `t${n}`);
		expect(text(rows([{ kind: "host", host: host("10.0.0.9", { ports, tags }) }]))).toContain(
			"1/tcp 2/tcp 3/tcp +197 t0 t1 t2 +37",
		);
	});

	test("the next window has its own small request and a plain link", () => {
		const html = rows([], { next: "c=1&x" });
		expect(html).toContain('href="/subnets/1?after=c%3D1%26x"');
		expect(html).toContain('hx-get="/subnets/1/rows?after=c%3D1%26x"');
	});
});

describe("addresses of lists", () => {
	const query = { filter: { status: "up", tag: "a b" }, order: "address", open: [] } as const;

	test("hold everything that is chosen, in one order", () => {
		expect(listUrl("/subnets/1", query)).toBe("/subnets/1?order=address&status=up&tag=a+b");
		expect(listUrl("/subnets/1", query, { tag: undefined, text: "x" })).toBe(
			"/subnets/1?order=address&status=up&q=x",
		);
		expect(rowsUrl("/", { ...query, filter: { subnetId: 3 } }, { after: "9" })).toBe(
			"/rows?order=address&status=&subnet=3&after=9",
		);
	});

	test("the dashboard says “all” aloud; a subnet does not", () => {
		const all = { filter: {}, order: "alive", open: [] } as const;
		expect([listUrl("/", all), listUrl("/subnets/1", all)]).toEqual(["/?status=", "/subnets/1"]);
	});
});
