/** The mark of Rollcall. */

/** Nine hosts, one of them down. */
export function Mark() {
	return (
		<svg class="logo" viewBox="0 0 18 18" aria-hidden="true">
			<path
				class="up"
				d="M0 0h5v5H0zM6.5 0h5v5h-5zM0 6.5h5v5H0zM6.5 6.5h5v5h-5zM13 0h5v5h-5zM6.5 13h5v5h-5z"
			/>
			<path class="down" d="M13 6.5h5v5h-5z" />
			<path class="unknown" d="M0 13h5v5H0zM13 13h5v5h-5z" />
		</svg>
	);
}
