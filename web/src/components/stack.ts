/** Series on top of each other. Pure. */

/** Sums from the ground up, the highest first: who draws them in turn leaves of each only what is its own. */
export function stacked(series: readonly (readonly number[])[], length: number): number[][] {
  const sums: number[][] = [];
  let below: number[] = new Array<number>(length).fill(0);
  for (const values of series) {
    below = below.map((sum, index) => sum + (values[index] ?? 0));
    sums.push(below);
  }
  return sums.reverse();
}

/** The end of a scale that shows `highest`: 1, 2 or 5 times a power of ten. Never nothing. */
export function niceEnd(highest: number): number {
  if (highest <= 1) return 1;
  const power = 10 ** Math.floor(Math.log10(highest));
  for (const step of [1, 2, 5, 10]) {
    if (highest <= step * power) return step * power;
  }
  return 10 * power;
}
