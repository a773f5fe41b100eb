/** Compiles static/app.scss to one minified stylesheet; fails when a colour in it is not one of our own. */

import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { compile } from "sass";

const ROOT = join(import.meta.dir, "..");

/** What the real colours in static/css/_foundation.scss stand for. */
const SENTINELS: Readonly<Record<string, string>> = {
	"#01fe01": "var(--accent)",
	"#01fe02": "var(--muted)",
	"#01fe03": "var(--up)",
	"#01fe04": "var(--warn)",
	"#01fe05": "var(--down)",
	"#01fe06": "var(--line-weak)",
	"#01fe07": "var(--line)",
	"#01fe08": "var(--muted)",
	"#01fe09": "var(--ink)",
	"#01fe0a": "var(--panel)",
};

/** The stylesheet as it is served. */
export function compileCss(): string {
	const { css } = compile(join(ROOT, "static/app.scss"), {
		style: "compressed",
		loadPaths: [join(ROOT, "node_modules/foundation-sites/scss")],
		quietDeps: true,
		silenceDeprecations: ["import"],
	});
	const mapped = css.replace(/#01fe0[0-9a-f]/gi, (sentinel) => SENTINELS[sentinel.toLowerCase()] ?? sentinel);
	const strays = strayColours(mapped);
	if (strays.length > 0) throw new Error(`Colours that are no custom property: ${strays.join(", ")}`);
	return mapped.replace(/^\uFEFF|@charset "UTF-8";/, "");
}

/** Colours written out anywhere but in a custom property or a picture. */
export function strayColours(css: string): string[] {
	const rest = css
		.replaceAll("rgba(0,0,0,0)", "transparent")
		.replace(/url\("[^"]*"\)/g, "")
		.replace(/--[a-z-]+:[^;}]*/g, "");
	return rest.match(/#[0-9a-f]{3,8}\b(?=[;,)\s}!])|\b(?:rgba?|hsla?)\([^)]*\)/gi) ?? [];
}

if (import.meta.main) {
	const css = compileCss();
	mkdirSync(join(ROOT, "static/dist"), { recursive: true });
	writeFileSync(join(ROOT, "static/dist/app.css"), css);
	const gzip = Bun.gzipSync(new TextEncoder().encode(css)).length;
	console.log(`static/dist/app.css: ${css.length} bytes, ${gzip} gzip`);
}
