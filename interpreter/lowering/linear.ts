// The instructions that linearisation emits, before labels and temporaries have their final numbers.

import type { SSAValue } from '../ir/code.ts';
import type { Sym } from '../syntax/expr.ts';
import type { Node } from './node.ts';

/** A place in the code that jumps go to. */
export class Label {
  readonly id: number;
  constructor(id: number) {
    this.id = id;
  }
}

/** `goto`; the label may be filled in after it was emitted. */
export class Jump {
  label: number;
  constructor(label = -1) {
    this.label = label;
  }
}

/** `goto label` unless the condition holds. */
export class Branch {
  readonly condition: Node;
  label: number;
  constructor(condition: Node, label = -1) {
    this.condition = condition;
    this.label = label;
  }
}

/** Entry of an exception handler whose catch code is at `label`; `token` names it for `leave` and `pop_exception`. */
export class Enter {
  readonly token: SSAValue;
  readonly label: number;
  readonly scope: readonly Node[];
  constructor(token: SSAValue, label: number, scope: readonly Node[]) {
    this.token = token;
    this.label = label;
    this.scope = scope;
  }
}

/** A line number; an undefined line means that what follows belongs to no line of the program. */
export class Line {
  readonly line: number | undefined;
  readonly file: Sym | null;
  constructor(line: number | undefined, file: Sym | null) {
    this.line = line;
    this.file = file;
  }
}

/** Room in front of a @goto for what leaves the handlers it jumps out of, known once its label is met. */
export class Exits {
  instructions: Node[] = [null];
}

export type Instruction = Node | Label | Jump | Branch | Enter | Line | Exits;
