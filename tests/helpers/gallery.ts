/** Serves every page over the invented network, with the real policy and the real scripts: what is looked at and tested. */

import { join } from "node:path";
import { compileCss } from "../../scripts/css.ts";
import { bundleScript } from "../../scripts/js.ts";
import { THEMES, type Theme } from "../../views/layout.tsx";
import { renderDocument, renderDoor, renderMain } from "../../views/render.tsx";
import { fragmentOf, lostPage, pageOf } from "./gallery-pages.tsx";
import { newWorld, type World } from "./gallery-places.tsx";
import { batch, doorPage } from "./people-pages.tsx";

const CSP =
	"default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; font-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'";

const ROOT = join(import.meta.dir, "../..");

const FILES: Readonly<Record<string, string>> = {
	"/static/htmx.js": "node_modules/htmx.org/dist/htmx.min.js",
	"/static/door.js": "static/door.js",
	"/static/icons.svg": "static/icons.svg",
	"/static/favicon.svg": "static/favicon.svg",
	"/static/favicon-down.svg": "static/favicon-down.svg",
};

const assets = {
	css: "/static/app.css",
	script: "/static/app.js",
	htmx: "/static/htmx.js",
	door: "/static/door.js",
	icon: "/static/favicon.svg",
	iconDown: "/static/favicon-down.svg",
	sprite: "/static/icons.svg",
};

export type Gallery = {
	url: string;
	world: World;
	/** Sends a message to every open page. */
	tell(name: string, data?: unknown): void;
	/** Cuts every open stream, as a restart would; new ones are answered once what comes back is called. */
	cut(): () => void;
	streams(): number;
	requests: string[];
	stop(): void;
};

/** Who looks: everything is shown. */
const READER = { role: "admin", csrf: "token" } as const;

function themeOf(request: Request): Theme {
	const said = /(?:^|; )theme=([a-z]+)/.exec(request.headers.get("cookie") ?? "")?.[1];
	return THEMES.find((theme) => theme === said) ?? "auto";
}

function answer(world: World, request: Request, url: URL): Response {
	const headers = {
		"content-type": "text/html; charset=utf-8",
		"content-security-policy": CSP,
		"cache-control": "no-store",
	};
	const outside = { assets, theme: themeOf(request), encrypted: true };
	const door = doorPage(url.pathname, outside);
	if (door !== undefined) return new Response(renderDoor(READER, door), { headers });
	const piece = fragmentOf(world, url);
	if (piece !== undefined) return new Response(piece, { headers });
	const found = pageOf(world, url);
	const page = found ?? lostPage(world);
	const downs = world.places[0]?.hosts.filter((host) => host.status === "down").length ?? 0;
	const html = request.headers.has("hx-request")
		? renderMain({ ...page, downs, reader: READER })
		: renderDocument({
				...page,
				path: url.pathname,
				light: {
					lastSweepAt: world.now() - 4_000,
					problem: url.searchParams.get("problem") ?? undefined,
					limited: url.searchParams.get("limited") ?? undefined,
				},
				undo: url.searchParams.has("undo") ? { batch, back: "/" } : undefined,
				downs,
				theme: themeOf(request),
				assets,
				reader: READER,
				name: "admin",
				encrypted: true,
				now: world.now(),
			});
	return new Response(html, { headers, status: found === undefined ? 404 : 200 });
}

export function openGallery(world = newWorld()): Gallery {
	const css = compileCss();
	const script = bundleScript();
	const open = new Set<ReadableStreamDefaultController>();
	const requests: string[] = [];
	let up = Promise.resolve();
	const server = Bun.serve({
		port: 0,
		hostname: "127.0.0.1",
		idleTimeout: 0,
		async fetch(request) {
			const url = new URL(request.url);
			requests.push(`${request.method} ${url.pathname}${url.search}`);
			if (url.pathname === "/live") {
				await up;
				return stream(open);
			}
			if (url.pathname === "/static/app.js") {
				return new Response(await script, { headers: { "content-type": "text/javascript" } });
			}
			if (url.pathname === "/static/app.css")
				return new Response(css, { headers: { "content-type": "text/css" } });
			const file = FILES[url.pathname];
			if (file !== undefined) return new Response(Bun.file(join(ROOT, file)));
			if (request.method === "POST") {
				const form = Object.fromEntries(
					[...(await request.formData())].map(([name, value]) => [name, String(value)]),
				);
				world.posts.push({ path: url.pathname, form });
				return form.here === undefined ? afterPost(url) : new Response(null, { status: 204 });
			}
			return answer(world, request, url);
		},
	});
	const send = (text: string) => {
		for (const controller of open) controller.enqueue(new TextEncoder().encode(text));
	};
	return {
		url: `http://127.0.0.1:${server.port}`,
		world,
		tell: (name, data = {}) => send(`event: ${name}\ndata: ${JSON.stringify(data)}\n\n`),
		cut() {
			const restart = Promise.withResolvers<void>();
			up = restart.promise;
			for (const controller of open) controller.close();
			open.clear();
			return restart.resolve;
		},
		streams: () => open.size,
		requests,
		stop: () => void server.stop(true),
	};
}

function stream(open: Set<ReadableStreamDefaultController>): Response {
	let mine: ReadableStreamDefaultController;
	const body = new ReadableStream({
		start(controller) {
			mine = controller;
			open.add(controller);
			controller.enqueue(new TextEncoder().encode("retry: 200\n\n"));
		},
		cancel() {
			open.delete(mine);
		},
	});
	return new Response(body, {
		headers: { "content-type": "text/event-stream", "cache-control": "no-store" },
	});
}

/** Everything answers as if it had been done. */
function afterPost(url: URL): Response {
	return new Response(null, {
		status: 303,
		headers: { location: /^\/(subnets|hosts)\/\d+/.exec(url.pathname)?.[0] ?? "/subnets" },
	});
}
