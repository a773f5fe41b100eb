/** The stylesheet: no colour of its own outside the tokens, small enough, a theme each. */

import { expect, test } from "bun:test";
import { compileCss, strayColours } from "../../scripts/css.ts";

test("a colour that is no custom property is found, pictures and tokens are not", () => {
	expect(strayColours("a{color:#123456}b{border:1px solid rgba(0,0,0,.5)}")).toEqual([
		"#123456",
		"rgba(0,0,0,.5)",
	]);
	expect(
		strayColours(':root{--ink: #14181f;--x: rgb(1,2,3)}i{mask:url("data:,%23000")}b{color:var(--ink)}'),
	).toEqual([]);
});

test("the stylesheet compiles without sentinels and stays under 16 kB on the wire", () => {
	const css = compileCss();
	expect(css).not.toMatch(/#01fe/i);
	expect(css).not.toMatch(/@import|https?:\/\/(?!www\.w3\.org)/);
	expect(Bun.gzipSync(new TextEncoder().encode(css)).length).toBeLessThan(16_000);
	for (const theme of ["dark", "contrast", "auto"]) expect(css).toContain(`[data-theme=${theme}]`);
});
