// The operators beyond ASCII, each with the kind that gives it its precedence.
//
// Julia 1.12 accepts some six hundred of them. They are listed by precedence and in order of code point; the scanner
// looks a character up here after it has turned out not to start a name.

import { K } from './tokens.ts';

const classes: readonly (readonly [number, string])[] = [
  [K.AssignOp, '≔≕⩴'],
  [
    K.ArrowOp,
    '←→↔↚↛↜↝↞↠↢↣↤↦↩↪↫↬↮↶↷↺↻↼↽⇀⇁⇄⇆⇇⇉⇋⇌⇍⇎⇏⇐⇒⇔⇚⇛⇜⇝⇠⇢⇴⇶⇷⇸⇹⇺⇻⇼⇽⇾⇿⟵⟶⟷⟹⟺⟻⟼⟽⟾⟿⤀⤁⤂⤃⤄⤅⤆⤇⤌⤍⤎⤏⤐⤑⤔⤕⤖⤗⤘⤝⤞⤟⤠⥄⥅⥆⥇⥈⥊⥋⥎⥐⥒⥓⥖⥗⥚⥛⥞⥟' +
      '⥢⥤⥦⥧⥨⥩⥪⥫⥬⥭⥰⥷⥺⧴⬰⬱⬲⬳⬴⬵⬶⬷⬸⬹⬺⬻⬼⬽⬾⬿⭀⭁⭂⭃⭄⭇⭈⭉⭊⭋⭌￩￫🢲',
  ],
  [K.ElementOf, '∈'],
  [
    K.CompareOp,
    '∉∊∋∌∍∝∥∦∷∺∻∽∾≁≂≃≄≅≆≇≈≉≊≋≌≍≎≐≑≒≓≖≗≘≙≚≛≜≝≞≟≠≡≢≣≤≥≦≧≨≩≪≫≬≭≮≯≰≱≲≳≴≵≶≷≸≹≺≻≼≽≾≿⊀⊁⊂⊃⊄⊅⊆⊇⊈⊉⊊⊋⊏⊐⊑⊒⊜⊢⊣⊩⊬⊮⊰⊱⊲⊳⊴⊵⊶⊷⋍⋐⋑⋕⋖⋗' +
      '⋘⋙⋚⋛⋜⋝⋞⋟⋠⋡⋢⋣⋤⋥⋦⋧⋨⋩⋪⋫⋬⋭⋲⋳⋴⋵⋶⋷⋸⋹⋺⋻⋼⋽⋾⋿⟂⟈⟉⟒⦷⧀⧁⧡⧣⧤⧥⩦⩧⩪⩫⩬⩭⩮⩯⩰⩱⩲⩳⩵⩶⩷⩸⩹⩺⩻⩼⩽⩾⩿⪀⪁⪂⪃⪄⪅⪆⪇⪈⪉⪊⪋⪌⪍⪎⪏⪐⪑⪒⪓⪔⪕⪖⪗⪘⪙⪚⪛⪜⪝⪞⪟⪠⪡' +
      '⪢⪣⪤⪥⪦⪧⪨⪩⪪⪫⪬⪭⪮⪯⪰⪱⪲⪳⪴⪵⪶⪷⪸⪹⪺⪻⪼⪽⪾⪿⫀⫁⫂⫃⫄⫅⫆⫇⫈⫉⫊⫋⫌⫍⫎⫏⫐⫑⫒⫓⫔⫕⫖⫗⫘⫙⫪⫫⫷⫸⫹⫺',
  ],
  [K.RangeOp, '…⁝⋮⋯⋰⋱'],
  [K.PlusMinus, '±∓'],
  [K.Minus, '−'],
  [K.PlusOp, '¦∔∨∪∸≏⊎⊔⊕⊖⊞⊟⊻⊽⋎⋓⟇⧺⧻⨈⨢⨣⨤⨥⨦⨧⨨⨩⨪⨫⨬⨭⨮⨹⨺⩁⩂⩅⩊⩌⩏⩐⩒⩔⩖⩗⩛⩝⩡⩢⩣'],
  [K.Star, '⋆'],
  [K.TimesOp, '\u00b7×÷\u0387⅋∗∘∙∤∧∩≀⊍⊓⊗⊘⊙⊚⊛⊠⊡⊼⋄⋅⋇⋉⋊⋋⋌⋏⋒⌿▷⟑⟕⟖⟗⦸⦼⦾⦿⧶⧷⨇⨝⨟⨰⨱⨲⨳⨴⨵⨶⨷⨸⨻⨼⨽⩀⩃⩄⩋⩍⩎⩑⩓⩕⩘⩚⩜⩞⩟⩠⫛'],
  [K.PowerOp, '↑↓⇵⟰⟱⤈⤉⤊⤋⤒⤓⥉⥌⥍⥏⥑⥔⥕⥘⥙⥜⥝⥠⥡⥣⥥⥮⥯￪￬'],
  [K.Negation, '¬'],
  [K.Radical, '√∛∜'],
];

const kinds = new Map<number, number>();
for (const [kind, characters] of classes) {
  for (const character of characters) kinds.set(character.codePointAt(0) ?? 0, kind);
}

/** The kind of a one-character operator beyond ASCII, 0 if `code` is none. */
export function unicodeOperator(code: number): number {
  return kinds.get(code) ?? 0;
}

const asciiStarts = new Set(Array.from("=:~?-<|&>!$+*/%\\^'", (c) => c.charCodeAt(0)));
const undottable = new Set(Array.from("?$:'", (c) => c.charCodeAt(0)));

/** May an operator (not counting words and dots) start with `code`? */
export function startsOperator(code: number): boolean {
  return code < 128 ? asciiStarts.has(code) : kinds.has(code);
}

/** May `code` follow a dot as the start of a broadcast operator? */
export function startsDottedOperator(code: number): boolean {
  return startsOperator(code) && !undottable.has(code);
}

const noSuffix: ReadonlySet<number> = new Set<number>([
  K.Splat,
  K.Equals,
  K.UpdateOp,
  K.ColonEquals,
  K.Tilde,
  K.AssignOp,
  K.Question,
  K.Subtype,
  K.Supertype,
  K.AndAnd,
  K.OrOr,
  K.In,
  K.Isa,
  K.Colon,
  K.DotDot,
  K.Dollar,
  K.Declare,
  K.Where,
  K.Dot,
  K.Not,
  K.Arrow,
  K.Negation,
  K.Radical,
]);

/** May an operator of this kind carry a suffix like `₁` or `′`? */
export function takesSuffix(kind: number): boolean {
  return kind >= K.InvalidOperator && kind <= K.Radical && !noSuffix.has(kind);
}
