/** A subnet at a glance: every address a cell, or its density where there are too many. Pure. */

import type { Address } from "../net/address.ts";
import type { Status } from "./presence.ts";

export const MAP_CELLS_MAX = 1_024;
export const MAP_BUCKETS = 512;

/** "edge": network or broadcast address, or part of a nested subnet; "reserved": recorded, never answered. */
export type Cell = Status | "reserved" | "free" | "edge";

export type AddressMap =
	| {
			readonly kind: "cells";
			readonly first: Address;
			readonly cells: readonly Cell[];
			/** Host id and name by position, for the cells that have one. */
			readonly hosts: ReadonlyMap<number, { readonly id: number; readonly label: string }>;
	  }
	| {
			readonly kind: "density";
			readonly first: Address;
			readonly bucketSize: bigint;
			readonly buckets: readonly { readonly up: number; readonly down: number; readonly unknown: number }[];
	  }
	| { readonly kind: "too_large"; readonly hosts: number };
