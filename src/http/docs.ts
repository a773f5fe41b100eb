/** The API described: its document for programs. Made when somebody asks first: most never do. */

import { Elysia } from "elysia";
import type { Operation } from "./api/operation.ts";
import { respondText } from "./respond.ts";

export function documentRoutes(operations: readonly Operation[]) {
	let made: Promise<string> | undefined;
	const make = async () => {
		const { describeApi } = await import("./api/document.ts");
		return JSON.stringify(describeApi(operations));
	};
	return new Elysia().get("/openapi.json", async ({ request }) => {
		made ??= make();
		return respondText(request, await made, "application/json; charset=utf-8", 200);
	});
}
