// What a program is told about a name that means nothing, and what it can find out about a name's binding itself.

import { describe, expect, it } from 'vitest';
import { answer } from './session.ts';

/** The message of the error that reading a name gives, below its first line. */
const hint = (setting: string, name: string, module = 'Main'): string =>
  answer(
    `${setting}; try Core.eval(${module}, :(${name})) catch e; Text(join(split(sprint(showerror, e), '\\n')[2:end], '|')) end`,
  );

describe('an undefined name', () => {
  it('may be misspelt', () => {
    expect(hint('', 'nowhere1')).toBe('Suggestion: check for spelling errors or missing imports.');
  });
  it('may be declared and have no value', () => {
    expect(hint('global declared1::Int', 'declared1')).toBe(
      'Suggestion: add an appropriate import or assignment. This global was declared but not assigned.',
    );
  });
  it('may be exported by two modules that are used', () => {
    expect(
      hint(
        'module Two1; export two1; two1 = 1; end; module Two2; export two1; two1 = 2; end; module Two; using ..Two1, ..Two2; end',
        'two1',
        'Two',
      ),
    ).toMatch(
      /^Hint: It looks like two or more modules export different bindings with this name, resulting in ambiguity\./,
    );
  });
  it('may be too new for the code that reads it', () => {
    expect(
      answer(`reader1() = late1
        function later1()
            Core.eval(Main, :(late1 = 1))
            try reader1() catch e; Text(split(sprint(showerror, e), '\\n')[2]) end
        end
        later1()`),
    ).toMatch(/^The binding may be too new: running in world age \d+, while current world is \d+\.$/);
  });
  it('may be one of Base, for a module without it', () => {
    expect(hint('baremodule Bare1; end', 'notnothing1', 'Bare1')).not.toContain('Hint');
    expect(hint('baremodule Bare2; end', 'println', 'Bare2')).toBe(
      'Suggestion: check for spelling errors or missing imports.|Hint: a global variable of this name also exists in Base.',
    );
  });
  it('may be one of a package that the program has loaded and not brought in', () => {
    expect(hint('import Random', 'shuffle')).toBe(
      'Suggestion: check for spelling errors or missing imports.|Hint: a global variable of this name also exists in Random.',
    );
  });
});

describe('bindings', () => {
  it('say how they stand in a world', () => {
    expect(
      answer(`module Kinds; export e; e = 1; const c = 2; global g; end
        module Uses; using ..Kinds; import ..Kinds: c; import ..Kinds; end
        kind(m, s) = Int(Base.binding_kind(m, s))
        (kind(Kinds, :e), kind(Kinds, :c), kind(Kinds, :g), kind(Uses, :e), kind(Uses, :c), kind(Uses, :sin), kind(Uses, :no))`),
    ).toBe('(2, 0, 8, 3, 6, 4, 9)');
  });
  it('can be taken away', () => {
    expect(
      answer(`global gone1 = 1
        before = isdefinedglobal(Main, :gone1)
        Base.delete_binding(Main, :gone1)
        (before, Base.invokelatest(isdefinedglobal, Main, :gone1), Base.binding_kind(Main, :gone1))`),
    ).toBe('(true, false, 0x09)');
  });
});
