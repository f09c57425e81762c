// Inference for systems that run inside of a test process. The library loads what answers its questions by `require`, which
// is Node's; the modules of a test are vitest's, and what Node loads would be a second system in the same process.

import * as answers from '../bootstrap/inference/answers.ts';
import { useAnswers } from '../bootstrap/inference/questions.ts';

useAnswers(answers);
