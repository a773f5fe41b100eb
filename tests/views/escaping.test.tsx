/** Texts that strangers choose, in every place where a page shows one: they stay text. */

import { describe, expect, test } from "bun:test";
import type { VNode } from "preact";
import { renderDocument, renderFragment, renderMain } from "../../views/render.tsx";
import { ADMIN, pagesWith } from "../helpers/hostile-pages.tsx";
import { URLS } from "../helpers/hostile-people.tsx";
import { HOSTILE } from "../helpers/office.ts";
import { NOW } from "../helpers/world.ts";

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
		assets: URLS,
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
