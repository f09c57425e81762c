// Property tests draw the same cases in every run, so that a run says something about the change it tests. JL0_SEED=n draws
// others: run with it by hand, and keep what it finds as an example.

import fc from 'fast-check';

fc.configureGlobal({ seed: Number(process.env['JL0_SEED'] ?? 1_12_5) });
