/** Text put together of files in different encodings: refused with line and byte, and a choice is not taken for the truth. */

import { expect, test } from "bun:test";
import { readTable } from "../../src/formats/read.ts";

const utf8 = new TextEncoder();
const file = (...parts: (string | number[])[]) =>
	Buffer.concat(parts.map((part) => (typeof part === "string" ? utf8.encode(part) : Uint8Array.from(part))));
const HEAD = "ip,description\n10.0.0.1,plain\n";

test("mixed encodings: line and byte are named", () => {
	const { problems } = readTable(file(HEAD, "10.0.0.2,Łódź\n10.0.0.3,B", [0xfc], "ro\n"));
	expect(problems[0]).toMatchObject({ line: 4, column: 11, encoding: true });
	expect(problems[0]?.message).toContain("0xfc");
});

test.each<[string, Buffer, string | undefined]>([
	["all of it", file(HEAD, "10.0.0.3,B", [0xfc], "ro\n"), undefined],
	["but for one line", file(HEAD, "10.0.0.2,Łódź\n10.0.0.3,B", [0xfc], "ro\n"), "line 3 looks like UTF-8"],
	["nothing of it", file(HEAD, "10.0.0.2,Łódź\n10.0.0.3,Büro\n"), "2 lines, line 3 first, look like UTF-8"],
])("Windows-1252 was chosen, and is right for %s", (_, bytes, says) => {
	const { value } = readTable(bytes, { encoding: "windows-1252" });
	const warned = value?.notes.find((note) => note.includes("UTF-8"));
	expect(warned?.startsWith(says ?? "-")).toBe(says === undefined ? undefined : true);
});
