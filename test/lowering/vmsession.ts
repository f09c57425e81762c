// Sessions of the lowering corpus in a running system: macros are called, setup code is evaluated.
//
// The embedded library is booted once, from its sources; every case gets a module of its own, named M as in the corpus.

import '../answers.ts';
import { freshPlace } from '../../bootstrap/cli/place.ts';
import { bootFromSource } from '../../bootstrap/session.ts';
import type { Session } from './corpus.ts';

let booted = false;

/** A fresh module M in the running system. The first call boots the library. */
export function vmSession(): Session {
  if (!booted) bootFromSource();
  booted = true;
  return freshPlace('M');
}
