// All builtins; importing this registers them.

import './calls.ts';
import './definitions.ts';
import './fields.ts';
import './globals.ts';
import './memory.ts';
import './objects.ts';
import './tasks.ts';
import './updates.ts';
