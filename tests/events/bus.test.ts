/** The bus: a listener that cannot take one message is there for the next, and nobody is flooded with why. */

import { expect, test } from "bun:test";
import { createBus } from "../../src/events/bus.ts";

const NEWS = { kind: "trouble", problem: undefined } as const;

test("a listener that throws for a while hears again what comes after; it is told when that begins", () => {
	const told: unknown[] = [];
	const bus = createBus({ ring: 8, onError: (error) => told.push((error as Error).message) });
	const heard: string[] = [];
	let broken = false;
	const leave = bus.subscribe(({ id }) => {
		if (broken) throw new Error(`no ${id}`);
		heard.push(`first ${id}`);
	});
	bus.subscribe(({ id }) => heard.push(`second ${id}`));
	for (const state of [false, true, true, false, true]) {
		broken = state;
		bus.publish(NEWS);
	}
	leave();
	bus.publish(NEWS);
	expect(heard.filter((one) => one.startsWith("first"))).toEqual(["first 1", "first 4"]);
	expect(heard.filter((one) => one.startsWith("second"))).toHaveLength(6);
	expect(told).toEqual(["no 2", "no 5"]);
});
