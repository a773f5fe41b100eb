/** What so many days come to, told while they are typed. */

const BYTE_UNITS = ["B", "kB", "MB", "GB", "TB"];

/** See `bytes` in views/format.ts; tests hold the two against each other. */
export function bytes(n) {
	const power = n < 1_000 ? 0 : Math.min(BYTE_UNITS.length - 1, Math.floor(Math.log10(n) / 3));
	const value = n / 1_000 ** power;
	return `${power === 0 || value >= 99.5 ? Math.round(value) : value.toFixed(1)} ${BYTE_UNITS[power]}`;
}

function typed({ target }) {
	const told = target.id && document.querySelector(`output[for="${target.id}"]`);
	if (told && target.value > 0) told.textContent = bytes(told.dataset.dayBytes * target.value);
}

export function watchEstimates() {
	document.addEventListener("input", typed);
}
