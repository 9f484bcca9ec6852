// Returns texts with less contrast than WCAG 2.2 asks for, 4.5 to 1, and fields whose edge has less than 3 to 1.

const probe = document.body.appendChild(document.createElement("i"));
const canvas = new OffscreenCanvas(1, 1).getContext("2d", { willReadFrequently: true });
function rgb(color) {
  probe.style.color = color;
  canvas.clearRect(0, 0, 1, 1);
  canvas.fillStyle = getComputedStyle(probe).color;
  canvas.fillRect(0, 0, 1, 1);
  return [...canvas.getImageData(0, 0, 1, 1).data];
}
function luminance(color) {
  const [r, g, b] = rgb(color).map((v) => v / 255)
    .map((v) => (v <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4));
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}
function contrast(one, other) {
  const [low, high] = [luminance(one), luminance(other)].sort((a, b) => a - b);
  return (high + 0.05) / (low + 0.05);
}
const pairs = [];
for (const [text, grounds] of Object.entries({
  ink: ["paper", "panel", "raised", "sunken", "hover", "code", "accent-wash", "seal-wash", "bad-wash", "mark"],
  "ink-soft": ["paper", "panel", "raised", "sunken", "hover", "seal-wash", "bad-wash", "code", "accent-wash"],
  accent: ["paper", "panel", "raised", "hover", "accent-wash", "seal-wash", "bad-wash"],
  "accent-ink": ["accent"],
  "seal-ink": ["seal"],
  "seal-text": ["paper"],
  bad: ["paper", "panel", "raised", "bad-wash"],
  "warn-ink": ["warn-wash"],
})) for (const ground of grounds) pairs.push([text, ground, `var(--${text})`, `var(--${ground})`]);
for (let hue = 0; hue < 12; hue += 1) {
  const author = document.body.appendChild(document.createElement("b"));
  author.className = `author hue-${hue}`;
  for (const ground of ["paper", "hover", "seal-wash"]) {
    pairs.push([author.className, ground, getComputedStyle(author).color, `var(--${ground})`]);
  }
  author.className = `avatar hue-${hue}`;
  pairs.push([author.className, "itself", "white", getComputedStyle(author).backgroundColor]);
}
const edges = ["paper", "raised"].map((ground) => ["edge", ground, "var(--edge)", `var(--${ground})`]);
return [...pairs, ...edges].map(([text, ground, a, b]) => [text, ground, Math.round(contrast(a, b) * 100) / 100])
  .filter(([text, , ratio]) => ratio < (text === "edge" ? 3 : 4.5));
