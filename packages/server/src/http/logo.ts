/** Five geese in formation. */
const svg = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 150 40" fill="none" stroke="#fff" stroke-width="2.5" stroke-linecap="round">
<path d="M8 30q4-5 7-1 3-4 7 1M22 21q4-5 7-1 3-4 7 1M36 12q4-5 7-1 3-4 7 1M50 21q4-5 7-1 3-4 7 1M64 30q4-5 7-1 3-4 7 1"/>
<text x="90" y="28" fill="#fff" stroke="none" font-family="system-ui, sans-serif" font-size="20" font-weight="600">Skein</text></svg>`;

export const logo = { type: 'image/svg+xml', content: Buffer.from(svg) };
