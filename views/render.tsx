/** From components to text: a whole document, the replaceable part of one, or bare pieces. Knows no page. */

import type { VNode } from "preact";
import { renderToString } from "preact-render-to-string";
import { Layout, type Shell, tabTitle } from "./layout.tsx";

/** A full page. */
export function renderDocument(page: Shell & { title: string; main: VNode }): string {
	return `<!doctype html>${renderToString(<Layout {...page} />)}`;
}

/** What an htmx request for a page gets: its title and its main part. `downs` puts the count into the title. */
export function renderMain(page: { title: string; main: VNode; downs?: number }): string {
	return renderFragment(<title>{tabTitle(page.title, page.downs ?? 0)}</title>, page.main);
}

/** Pieces of a page, one after the other: the drawer's content, the rows of a window. */
export function renderFragment(...nodes: VNode[]): string {
	return nodes.map((node) => renderToString(node)).join("");
}
