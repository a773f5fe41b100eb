/** Captured bytes from the folder samples. */

import { readFileSync } from "node:fs";

/** The bytes of samples/`name`.hex. */
export function sampleBytes(name: string): Uint8Array<ArrayBuffer> {
	const text = readFileSync(`${import.meta.dir}/../../samples/${name}.hex`, "latin1");
	return new Uint8Array(Buffer.from(text.replace(/\s/g, ""), "hex"));
}
