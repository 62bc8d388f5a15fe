/** Maximum edit distance, by the length of the input. */
const allowed = (length: number): number => (length <= 3 ? 1 : length <= 7 ? 2 : 3)

/** The `words` similar to the input, at most three, the nearest first: "did you mean". */
export function nearest(typed: string, words: readonly string[]): readonly string[] {
  return words
    .map((word) => ({ word, distance: word.startsWith(typed) && typed.length > 1 ? 0.5 : distanceOf(typed, word) }))
    .filter(({ distance }) => distance > 0 && distance <= allowed(typed.length))
    .sort((a, b) => a.distance - b.distance)
    .slice(0, 3)
    .map(({ word }) => word)
}

/** Edit distance: insertion, deletion, substitution, transposition (optimal string alignment). */
function distanceOf(a: string, b: string): number {
  const rows: number[][] = [Array.from({ length: b.length + 1 }, (_, j) => j)]
  for (let i = 1; i <= a.length; i++) {
    const row = [i]
    for (let j = 1; j <= b.length; j++) {
      const cost = a[i - 1] === b[j - 1] ? 0 : 1
      const swapped = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]
      row[j] = Math.min(rows[i - 1]![j]! + 1, row[j - 1]! + 1, rows[i - 1]![j - 1]! + cost)
      if (swapped) row[j] = Math.min(row[j]!, rows[i - 2]![j - 2]! + 1)
    }
    rows.push(row)
  }
  return rows[a.length]![b.length]!
}
