/** Stages below each other, one label a job; the neighbour of a wide stage is always a single job. */
export type LabelledStages = readonly (readonly string[])[];

/** Single jobs below each other, joined by arrows. */
export function chainLines(labels: readonly string[]): readonly string[] {
  return labels.flatMap((label, index) => (index === 0 ? [label] : ["   ↓", label]));
}

/** Stages centred on one column, joined by lines that fan out and in. */
export function fanLines(stages: LabelledStages): readonly string[] {
  const rows = stages.map(spread);
  const centre = rows.reduce((most, { left }) => Math.max(most, left), 0);
  return rows.flatMap((row, index) => {
    const labels = line(row.labels.map((label, job) => [centre + row.offsets[job]! - half(label), label]));
    const before = rows[index - 1];
    if (before === undefined) return [labels];
    const arrows = line(row.offsets.map((offset) => [centre + offset, "↓"]));
    const arrow = line([[centre, "↓"]]);
    if (row.offsets.length > 1) return [arrow, line(beam(row.offsets, centre, "┌┬┐┴")), arrows, labels];
    if (before.offsets.length > 1) return [line(beam(before.offsets, centre, "└┴┘┬")), arrow, labels];
    return [arrow, labels];
  });
}

interface Row {
  readonly labels: readonly string[];
  /** The middle of each label, relative to the common centre. */
  readonly offsets: readonly number[];
  /** Columns taken up to the left of the centre. */
  readonly left: number;
}

const GAP = 2;

function spread(labels: readonly string[]): Row {
  const wide = longest(labels) + GAP;
  // An even number of jobs has the centre between two of them: that must be a whole column.
  const cell = labels.length % 2 === 0 && wide % 2 === 1 ? wide + 1 : wide;
  const offsets = labels.map((_, job) => (job - (labels.length - 1) / 2) * cell);
  return { labels, offsets, left: half(labels[0] ?? "") - (offsets[0] ?? 0) };
}

/** The length of the longest text; not by spreading, which would limit how many there may be. */
export function longest(texts: readonly string[]): number {
  return texts.reduce((most, { length }) => Math.max(most, length), 0);
}

function half(label: string): number {
  return Math.floor(label.length / 2);
}

type Piece = readonly [column: number, text: string];

/** A horizontal line over all offsets. `corners`: first, between, last, and the centre where no offset is. */
function beam(offsets: readonly number[], centre: number, corners: string): readonly Piece[] {
  const [first = "", between = "", last = "", middle = ""] = corners;
  const from = offsets[0] ?? 0;
  const to = offsets.at(-1) ?? 0;
  const at = new Map(offsets.map((offset) => [offset, between]));
  at.set(0, at.has(0) ? "┼" : middle)
    .set(from, first)
    .set(to, last);
  const pieces: Piece[] = [];
  for (let offset = from; offset <= to; offset += 1) pieces.push([centre + offset, at.get(offset) ?? "─"]);
  return pieces;
}

/** Pieces from left to right. */
function line(pieces: readonly Piece[]): string {
  return pieces.reduce((text, [column, piece]) => text.padEnd(column) + piece, "");
}
