import { writeFileSync } from 'node:fs';
import { generated } from './generated.ts';

for (const [path, make] of Object.entries(generated)) writeFileSync(path, await make());
