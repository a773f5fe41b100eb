/** What goes over the wire: pages and the first visit stay small. */

import { afterAll, beforeAll, expect, test } from "bun:test";
import { type Gallery, openGallery } from "../helpers/gallery.ts";

let gallery: Gallery;
beforeAll(() => {
	gallery = openGallery();
});
afterAll(() => gallery.stop());

async function gzip(path: string): Promise<number> {
	const answer = await fetch(gallery.url + path);
	return Bun.gzipSync(new Uint8Array(await answer.arrayBuffer())).length;
}

test("the page of a /24 with 47 hosts is at most 12 kB", async () => {
	expect(await gzip("/subnets/1")).toBeLessThan(12_000);
});

test("the page of a /22 with its first hundred of 333 hosts is at most 16 kB", async () => {
	expect(await gzip("/subnets/3")).toBeLessThan(16_000);
});

test("the first visit of the dashboard is at most 70 kB in all", async () => {
	const files = [
		"/",
		"/static/app.css",
		"/static/app.js",
		"/static/htmx.js",
		"/static/icons.svg",
		"/static/favicon.svg",
	];
	const sizes = await Promise.all(files.map(gzip));
	expect(sizes[0]).toBeLessThan(12_000);
	expect(sizes.reduce((sum, size) => sum + size, 0)).toBeLessThan(70_000);
});
