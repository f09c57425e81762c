// All functions of the C API; importing this fills the table.

import './bindings.ts';
import './boxes.ts';
import './bytes.ts';
import './core.ts';
import './dynamiclibraries.ts';
import './eqtables.ts';
import './evaluation.ts';
import './exceptions.ts';
import './files.ts';
import './hashing.ts';
import './memory.ts';
import './methods.ts';
import './modulenames.ts';
import './modules.ts';
import './objects.ts';
import './process.ts';
import './operators.ts';
import './reflection.ts';
import './streams.ts';
import './system.ts';
import './tasks.ts';
import './throwing.ts';
import './types.ts';
