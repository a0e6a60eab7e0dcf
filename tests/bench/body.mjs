/**
 * The answer every renderer is given: prose, lists, tables, code and links in the proportions answers have, made from a
 * seed, so that it is the same bytes each time.
 */

const openings = [
  'A leaf in deep shade earns little, so it must spend little as well.',
  'The short version is that the **cost** comes first and the *gain* comes later.',
  'Think of it as a budget: what comes in is `light`, what goes out is respiration.',
  'Most measurements disagree by a factor of two, and there is a reason for that.',
  'None of this needs a laboratory; a cheap sensor and some patience will do.',
];
const middles = [
  'Measure in the morning, when the stomata are open and the air is still cool, and **do not** touch the leaf with a warm hand.',
  'The [compensation point](https://example.org/light#point) is where the two curves cross, and it moves with temperature.',
  'Respiration doubles roughly every ten degrees, so a warm night undoes much of a bright day.',
  'A plant that grows slowly can live on `5 µmol`, while one that grows fast needs ten times as much to stand still.',
  'You can check this yourself: close the blinds, wait twenty minutes, and read the value again.',
  'That is also why the *lower* leaves yellow first, although nothing is wrong with the roots.',
  'The effect is small at first, it grows with every layer of the canopy, and it is easy to miss in a single reading.',
];
const points = [
  '**Absorptance** says how much of the light is caught at all',
  'Chlorophyll per unit of nitrogen rises as the light falls',
  'Keep the `sensor` level with the leaf, not with the floor',
  'Thin leaves cost less to build, and they last longer',
  'Read [the notes on sensors](https://example.org/sensors) before you buy one',
  'Sunflecks of a few seconds may carry half of the day',
];
const code = [
  `function compensationPoint(respiration: number, quantumYield: number): number {
  // Both in micromoles per square metre and second.
  if (quantumYield <= 0) throw new RangeError('a leaf that gains nothing has no such point');
  return respiration / quantumYield;
}

const point = compensationPoint(0.4, 0.05);
console.log(\`light compensation point: \${point.toFixed(1)}\`);`,
  `import csv

def readings(path):
    """Yields light and gain, one pair for each line of the file."""
    with open(path, newline="") as file:
        for row in csv.DictReader(file):
            yield float(row["light"]), float(row["gain"])

best = max(readings("leaf.csv"), key=lambda pair: pair[1])
print(f"best gain {best[1]:.2f} at {best[0]:.0f}")`,
];
const names = ['Oak', 'Beech', 'Fern', 'Moss', 'Ivy', 'Maple', 'Spruce', 'Sorrel'];

/** Random numbers from 0 to 1 that are the same each time. */
export function seeded(seed) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}

/** An answer of about `size` characters. */
export function answer(size, seed = 7) {
  const random = seeded(seed);
  const pick = (list) => list[Math.floor(random() * list.length)];
  const some = (list, count) => Array.from({ length: count }, () => pick(list));
  const paragraph = () => [pick(openings), ...some(middles, 1 + Math.floor(random() * 3))].join(' ');
  const blocks = [
    (n) => `${'#'.repeat(2 + (n % 2))} Part ${n}: what the light does`,
    paragraph,
    () =>
      some(points, 3 + Math.floor(random() * 3))
        .map((point) => `- ${point}.`)
        .join('\n'),
    paragraph,
    () =>
      some(points, 3)
        .map((point, index) => `${index + 1}. ${point}.\n   - ${pick(middles)}`)
        .join('\n'),
    paragraph,
    (n) => `\`\`\`${n % 2 ? 'python' : 'ts'}\n${code[n % 2]}\n\`\`\``,
    paragraph,
    () =>
      [
        '| Plant | Light | Gain |',
        '|:--|--:|:-:|',
        ...some(names, 5).map((name) => `| ${name} | ${Math.floor(random() * 90)} | \`${random().toFixed(2)}\` |`),
      ].join('\n'),
    () => `> ${pick(middles)}\n> ${pick(openings)}`,
    paragraph,
  ];
  let text = '';
  for (let n = 1; text.length < size; n += 1) {
    for (const block of blocks) text += `${block(n)}\n\n`;
  }
  return `${text.slice(0, text.lastIndexOf('\n\n', size)).trimEnd()}\n`;
}

/** One fence of `lines` lines. */
export function fence(lines) {
  const all = [];
  for (let n = 0; all.length < lines; n += 1) all.push(...code[0].replaceAll('Point', `Point${n}`).split('\n'), '');
  return `\`\`\`ts\n${all.slice(0, lines).join('\n')}\n\`\`\`\n`;
}

/** The pieces an answer arrives in: tokens of about four characters. */
export function tokens(text, seed = 11) {
  const random = seeded(seed);
  const pieces = [];
  for (let at = 0; at < text.length;) {
    const length = 1 + Math.floor(random() * 7);
    pieces.push(text.slice(at, at + length));
    at += length;
  }
  return pieces;
}
