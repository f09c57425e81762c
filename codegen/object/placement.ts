// Placement: where an object's sections lie when it is in memory, counted from the start of its image.
//
// Sections are gathered by the rights they need, each group starting on its own page: code, constants, data. What is not
// for memory (metadata, symbols) is left out. Since the writer of an object and its loader agree on this, every distance
// within the image is known when the object is written.

import { type Section, SHF_ALLOC, SHF_EXECINSTR, SHF_WRITE } from './elf.ts';

export const PAGE_BYTES = 4096;

export type Rights = 'execute' | 'read' | 'write';

export interface Placement {
  /** Bytes of the image, whole pages. */
  readonly bytes: number;
  readonly groups: readonly { readonly rights: Rights; readonly at: number; readonly bytes: number }[];
  readonly sections: ReadonlyMap<Section, number>;
}

export function placeSections(sections: readonly Section[]): Placement {
  const offsets = new Map<Section, number>();
  const groups: { rights: Rights; at: number; bytes: number }[] = [];
  let end = 0;
  for (const rights of ['execute', 'read', 'write'] as const) {
    const at = end;
    for (const section of sections) {
      if ((section.flags & SHF_ALLOC) === 0 || rightsOf(section) !== rights) continue;
      end = roundUp(end, section.align);
      offsets.set(section, end);
      end += section.size;
    }
    end = roundUp(end, PAGE_BYTES);
    groups.push({ rights, at, bytes: end - at });
  }
  return { bytes: end, groups, sections: offsets };
}

function rightsOf(section: Section): Rights {
  if ((section.flags & SHF_EXECINSTR) !== 0) return 'execute';
  return (section.flags & SHF_WRITE) !== 0 ? 'write' : 'read';
}

function roundUp(value: number, multiple: number): number {
  return Math.ceil(value / multiple) * multiple;
}
