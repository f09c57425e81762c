// All functions of the C API; importing this fills the table.

import './bindings.ts';
import './boxes.ts';
import './bytes.ts';
import './core.ts';
import './eqtables.ts';
import './evaluation.ts';
import './exceptions.ts';
import './hashing.ts';
import './modulenames.ts';
import './objects.ts';
import './process.ts';
import './reflection.ts';
import './streams.ts';
import './tasks.ts';
import './types.ts';
