/** GET /metrics for Prometheus. What it needs is loaded at the first scrape: most installations never have one. */

import { Elysia } from "elysia";
import type { Desk } from "./desk.ts";
import { respondText } from "./respond.ts";

export function metricRoutes({ context }: Desk) {
	let opening: Promise<{ readonly type: string; read(): Promise<string> }> | undefined;
	const open = async () => (await import("./meter.ts")).openMeter(context);
	return new Elysia().get("/metrics", async ({ request }) => {
		opening ??= open();
		const meter = await opening;
		return respondText(request, await meter.read(), meter.type, 200);
	});
}
