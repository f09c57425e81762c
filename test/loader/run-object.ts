// A process of its own that loads an object and enters one of its methods: `run-object.ts FILE METHOD BITS...` prints the
// bits of the result.

import { readFileSync } from 'node:fs';
import { loadObject } from '../../bootstrap/loader/load.ts';
import { enter, resolver } from '../codegen/native.ts';

const [file, method, ...args] = process.argv.slice(2);
console.log(String(enter(loadObject(readFileSync(file), resolver), method, ...args.map(BigInt)).result));
