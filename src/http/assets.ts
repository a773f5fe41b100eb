/** Styles, scripts and icons inside the program: named by their content, compressed once, cached for ever. */

import htmx from "htmx.org/dist/htmx.min.js" with { type: "file" };
import css from "../../static/dist/app.css" with { type: "file" };
import script from "../../static/dist/app.js" with { type: "file" };
import door from "../../static/door.js" with { type: "file" };
import favicon from "../../static/favicon.svg" with { type: "file" };
import faviconDown from "../../static/favicon-down.svg" with { type: "file" };
import sprite from "../../static/icons.svg" with { type: "file" };
import type { Assets } from "../../views/layout.tsx";
import { SECURITY_HEADERS } from "./headers.ts";

const FILES: Record<keyof Assets, { name: string; path: string; type: string }> = {
	css: { name: "app.css", path: css, type: "text/css; charset=utf-8" },
	script: { name: "app.js", path: script, type: "text/javascript; charset=utf-8" },
	door: { name: "door.js", path: door, type: "text/javascript; charset=utf-8" },
	htmx: { name: "htmx.js", path: htmx, type: "text/javascript; charset=utf-8" },
	icon: { name: "favicon.svg", path: favicon, type: "image/svg+xml" },
	iconDown: { name: "favicon-down.svg", path: faviconDown, type: "image/svg+xml" },
	sprite: { name: "icons.svg", path: sprite, type: "image/svg+xml" },
};

export type AssetStore = {
	/** URL of each, with its hash in the name. */
	readonly urls: Assets;
	/** The file named in `/static/NAME`, or undefined. */
	find(name: string, acceptEncoding: string): Response | undefined;
};

/** Reads everything once. */
export async function loadAssets(): Promise<AssetStore> {
	const files = new Map<
		string,
		{ plain: Uint8Array<ArrayBuffer>; packed: Uint8Array<ArrayBuffer>; type: string }
	>();
	const urls = {} as Record<keyof Assets, string>;
	for (const [key, file] of Object.entries(FILES) as [keyof Assets, (typeof FILES)["css"]][]) {
		const plain = new Uint8Array(await Bun.file(file.path).arrayBuffer());
		const name = file.name.replace(".", `-${Bun.hash(plain).toString(36)}.`);
		files.set(name, { plain, packed: Bun.gzipSync(plain, { level: 9 }), type: file.type });
		urls[key] = `/static/${name}`;
	}
	return {
		urls,
		find(name, acceptEncoding) {
			const file = files.get(name);
			if (file === undefined) return undefined;
			const packed = acceptsGzip(acceptEncoding);
			return new Response(packed ? file.packed : file.plain, {
				headers: {
					...SECURITY_HEADERS,
					"content-type": file.type,
					"cache-control": "public, max-age=31536000, immutable",
					vary: "accept-encoding",
					...(packed ? { "content-encoding": "gzip" } : {}),
				},
			});
		},
	};
}

/** Does the client take gzip (RFC 9110 12.5.3; a weight of 0 says no)? */
export function acceptsGzip(acceptEncoding: string): boolean {
	return /(^|,)\s*gzip\s*(?!;\s*q=0(\.0*)?\s*(,|$))(;|,|$)/i.test(acceptEncoding);
}
