/**
 * The catalogue of bad input (faults 4): every row, and where it is proved. A row whose proof is renamed or taken away
 * fails here. Reads test files as text.
 */

import { expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { REQUESTS } from "./helpers/catalogue-requests.ts";
import { VALUES } from "./helpers/catalogue-values.ts";

const ROWS = { ...VALUES, ...REQUESTS };

/** Every number that the catalogue names. */
const NUMBERS = [
	...[1, 2, 3, 4, 5, 7, 8, 9, 10, 11, 13, 14, 15, 16, 17, 19, 20, 21, 22, 23],
	...[25, 26, 27, 28, 29, 31, 32, 33, 34, 35, 37, 38, 39, 40, 41, 43, 44, 45, 46, 47, 49, 50],
	...[51, 52, 53, 55, 56, 57, 58, 59, 61, 62, 63, 64, 65, 67, 68, 69, 70, 71, 73, 74, 75],
	...[76, 77, 78, 79, 80, 81, 82, 83, 85, 86, 87, 88, 89, 91, 92, 93, 94, 95, 97, 98, 99, 100],
	...[101, 103, 104, 105, 106, 107, 109, 110, 111, 112, 113, 115, 116, 117],
	...[
		118, 119, 121, 122, 123, 124, 125, 127, 128, 129, 130, 131, 133, 134, 135, 136, 137, 139, 140, 141, 142,
	],
];

test("every row of the catalogue is here, and no other", () => {
	expect(Object.keys(ROWS).sort()).toEqual(NUMBERS.map((n) => `B-${String(n).padStart(3, "0")}`).sort());
});

test("what proves a row is there", () => {
	const read = new Map<string, string>();
	const textOf = (file: string) => {
		const text = read.get(file) ?? readFileSync(join(import.meta.dir, "..", file), "utf8");
		read.set(file, text);
		return text;
	};
	const missing = Object.entries(ROWS).flatMap(([id, proofs]) =>
		proofs.flatMap(([file, ...words]) =>
			words.filter((word) => !textOf(file).includes(word)).map((word) => `${id}: ${file} says no “${word}”`),
		),
	);
	expect(missing).toEqual([]);
});
