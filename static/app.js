/** Placeholder. */
