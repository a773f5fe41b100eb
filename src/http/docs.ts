/**
 * The API described: its document for programs, and a page that shows it and lets one try it out. All of it is inside
 * the program and made when somebody asks first: most never do.
 */

import { Elysia } from "elysia";
import swagger from "swagger-ui-dist/package.json" with { type: "json" };
import swaggerCss from "swagger-ui-dist/swagger-ui.css" with { type: "file" };
import swaggerScript from "swagger-ui-dist/swagger-ui-bundle.js" with { type: "file" };
import script from "../../static/docs.js" with { type: "file" };
import { Docs } from "../../views/docs.tsx";
import { renderFragment } from "../../views/render.tsx";
import { AppError } from "../errors.ts";
import type { Operation } from "./api/operation.ts";
import { acceptsGzip } from "./assets.ts";
import type { Desk } from "./desk.ts";
import { SECURITY_HEADERS } from "./headers.ts";
import { respondHtml, respondText } from "./respond.ts";

const FILES: Readonly<Record<string, { readonly path: string; readonly type: string }>> = {
	"ui.css": { path: swaggerCss, type: "text/css; charset=utf-8" },
	"ui.js": { path: swaggerScript, type: "text/javascript; charset=utf-8" },
	"start.js": { path: script, type: "text/javascript; charset=utf-8" },
};

/** The version in the address lets browsers keep the parts. */
const PARTS = {
	css: `/docs/ui.css?v=${swagger.version}`,
	bundle: `/docs/ui.js?v=${swagger.version}`,
	script: "/docs/start.js",
};

export function documentRoutes(desk: Desk, operations: readonly Operation[]) {
	let made: Promise<string> | undefined;
	const make = async () => {
		const { describeApi } = await import("./api/document.ts");
		return JSON.stringify(describeApi(operations));
	};
	const packed = new Map<string, Promise<Uint8Array<ArrayBuffer>>>();
	return new Elysia()
		.get("/openapi.json", async ({ request }) => {
			made ??= make();
			return respondText(request, await made, "application/json; charset=utf-8", 200);
		})
		.get("/docs", ({ request }) => {
			const { csrf } = desk.reader(request);
			const { assets } = desk.shell(request);
			const page = renderFragment(desk.reader(request), Docs({ assets, parts: PARTS, csrf }));
			return respondHtml(request, `<!doctype html>${page}`);
		})
		.get("/docs/:name", async ({ request, params: { name } }) => {
			const file = Object.hasOwn(FILES, name) ? FILES[name] : undefined;
			if (file === undefined) throw new AppError("not_found", "There is no such file.");
			const small = packed.get(name) ?? pack(file.path);
			packed.set(name, small);
			return respondFile(request, await small, file.type, name !== "start.js");
		});
}

async function pack(path: string): Promise<Uint8Array<ArrayBuffer>> {
	const plain = new Uint8Array(await Bun.file(path).arrayBuffer());
	return Bun.gzipSync(plain, { level: 6, library: "libdeflate" });
}

function respondFile(
	request: Request,
	packed: Uint8Array<ArrayBuffer>,
	type: string,
	lasting: boolean,
): Response {
	const asIs = acceptsGzip(request.headers.get("accept-encoding") ?? "");
	return new Response(asIs ? packed : Bun.gunzipSync(packed), {
		headers: {
			...SECURITY_HEADERS,
			"content-type": type,
			"cache-control": lasting ? "private, max-age=31536000, immutable" : "no-store",
			vary: "accept-encoding",
			...(asIs ? { "content-encoding": "gzip" } : {}),
		},
	});
}
