/** The page of the first administrator: the token of the link stands behind the "#", which only the browser sees. */

const field = document.querySelector('input[name="token"]');
if (field && location.hash.length > 1) {
	field.value = decodeURIComponent(location.hash.slice(1));
	history.replaceState(null, "", location.pathname);
	document.querySelector('input[name="name"]')?.focus();
}
