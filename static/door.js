/** The page of the first administrator: the token of the link stands behind the "#", which only the browser sees. */

const field = document.querySelector('input[name="token"]');

function fill() {
	if (!field || location.hash.length < 2) return;
	field.value = decodeURIComponent(location.hash.slice(1));
	history.replaceState(null, "", location.pathname);
	document.querySelector('input[name="name"]')?.focus();
}

// The link may be opened while the page stands there already.
addEventListener("hashchange", fill);
fill();
