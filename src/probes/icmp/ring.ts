/** A first-in-first-out queue of numbers in fixed memory. Knows nothing of what the numbers mean. */

export class Ring {
	readonly #items: Uint32Array;
	#head = 0;
	#length = 0;

	/** `capacity`: most numbers at a time; the caller never pushes more. */
	constructor(capacity: number) {
		this.#items = new Uint32Array(capacity);
	}

	get length(): number {
		return this.#length;
	}

	push(item: number): void {
		if (this.#length === this.#items.length) throw new RangeError("ring is full");
		this.#items[(this.#head + this.#length) % this.#items.length] = item;
		this.#length++;
	}

	/** The oldest number, left in place; −1 when empty. */
	peek(): number {
		return this.#length === 0 ? -1 : (this.#items[this.#head] as number);
	}

	/** Drops the oldest number. */
	shift(): void {
		if (this.#length === 0) return;
		this.#head = (this.#head + 1) % this.#items.length;
		this.#length--;
	}
}
