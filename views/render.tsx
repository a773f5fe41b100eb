/** From components to text: a whole document, the replaceable part of one, or bare pieces. Knows no page. */

import type { VNode } from "preact";
import { renderToString } from "preact-render-to-string";
import { Layout, type Shell, tabTitle, UndoPlace } from "./layout.tsx";
import { For, type Reader } from "./reader.tsx";

/** A full page. */
export function renderDocument(
	page: Shell & { title: string; main: VNode; unfinished?: string | undefined },
): string {
	const html = renderToString(
		<For reader={page.reader}>
			<Layout {...page} />
		</For>,
	);
	return `<!doctype html>${html}`;
}

/**
 * What an htmx request for a page gets: its title and its main part, without a token, so that all readers of one role
 * can be given the same. `downs` puts the count into the title.
 */
export function renderMain(page: {
	title: string;
	main: VNode;
	downs?: number;
	reader: Reader;
	undo?: Shell["undo"];
}): string {
	const title = <title>{tabTitle(page.title, page.downs ?? 0)}</title>;
	const undo =
		page.undo === undefined ? [] : [<UndoPlace key="undo" undo={page.undo} hx-swap-oob="innerMorph" />];
	return renderFragment(page.reader, title, page.main, ...undo);
}

/** Pieces of a page, one after the other: the drawer's content, the rows of a window. The same for one role. */
export function renderFragment({ role }: Pick<Reader, "role">, ...nodes: VNode[]): string {
	return nodes.map((node) => renderToString(<For reader={{ role, csrf: "" }}>{node}</For>)).join("");
}

/** A document of its own, without the frame of the pages: what is seen at the door. */
export function renderDoor(reader: Reader, page: VNode): string {
	return `<!doctype html>${renderToString(<For reader={reader}>{page}</For>)}`;
}
