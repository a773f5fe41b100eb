/**
 * Types of a client from a document on standard input, printed: a process of its own, because openapi-typescript
 * wants the classic compiler, which is not the one that checks us.
 */

import { plugin } from "bun";
import * as classic from "typescript-5";

plugin({
	name: "classic compiler",
	setup(build) {
		build.module("typescript", () => ({ exports: { ...classic, default: classic }, loader: "object" }));
	},
});

const { default: generate, astToString } = await import("openapi-typescript");
const document = await Bun.stdin.text();
await Bun.write(Bun.stdout, astToString(await generate(JSON.parse(document))));
