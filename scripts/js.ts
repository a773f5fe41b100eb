/** Makes one minified module of static/app.js and what it imports. */

import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const ROOT = join(import.meta.dir, "..");

/** The script as it is served. */
export async function bundleScript(): Promise<string> {
	const built = await Bun.build({
		entrypoints: [join(ROOT, "static/app.js")],
		minify: true,
		target: "browser",
	});
	const [script] = built.outputs;
	if (!built.success || script === undefined) throw new Error(built.logs.join("\n"));
	return script.text();
}

if (import.meta.main) {
	const script = await bundleScript();
	mkdirSync(join(ROOT, "static/dist"), { recursive: true });
	writeFileSync(join(ROOT, "static/dist/app.js"), script);
	const gzip = Bun.gzipSync(new TextEncoder().encode(script)).length;
	console.log(`static/dist/app.js: ${script.length} bytes, ${gzip} gzip`);
}
