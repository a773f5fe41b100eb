/**
 * Makes the list of hardware vendors that is embedded in the program: one line "prefix<tab>name" for each prefix of
 * the IEEE's list (package oui-data), sorted, compressed. Knows nothing of who looks things up in it.
 */

import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import list from "oui-data";

const ROOT = join(import.meta.dir, "..");
/** These say nothing: a vendor who keeps its name back, and a block that is dealt out in smaller ones. */
const NAMELESS = new Set(["", "Private", "IEEE Registration Authority"]);

/** Prefixes of 6, 7 or 9 hexadecimal digits and the first line of their entry: the name. */
export function vendorLines(entries: Readonly<Record<string, string>>): string {
	return Object.entries(entries)
		.map(([prefix, entry]) => [prefix.toLowerCase(), entry.split("\n")[0]?.replace(/\s+/g, " ").trim() ?? ""])
		.filter(([prefix = "", name = ""]) => /^[0-9a-f]{6,9}$/.test(prefix) && !NAMELESS.has(name))
		.map((pair) => pair.join("\t"))
		.sort()
		.join("\n");
}

if (import.meta.main) {
	const packed = Bun.zstdCompressSync(new TextEncoder().encode(vendorLines(list)), { level: 19 });
	mkdirSync(join(ROOT, "static/dist"), { recursive: true });
	writeFileSync(join(ROOT, "static/dist/vendors.zst"), packed);
	console.log(`static/dist/vendors.zst: ${packed.length} bytes`);
}
