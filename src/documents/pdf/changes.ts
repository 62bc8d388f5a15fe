import type { PdfFile, PdfRevision, PdfView } from './file.ts'
import {
  isArray,
  isDict,
  isRef,
  isStream,
  nameOf,
  type PdfDict,
  PdfFaultError,
  type PdfStream,
  type PdfValue,
  sameValue,
} from './objects.ts'
import { fieldsOf, type PdfField, refOf, refText } from './signatures.ts'

/** Kinds of changes between two revisions. */
export const pdfChangeKinds = [
  /** A field was signed, or added with its signature. */
  'signature-added',
  'timestamp-added',
  /** An empty field for a signature. */
  'signature-field-added',
  /** Evidence for later verification: certificates, lists, responses. */
  'dss-added',
  /** The value or the appearance of a field of the form. */
  'form-filled',
  /** Modification date and producer. */
  'information-updated',
  /** Version and extensions of the catalog. */
  'version-changed',
  /** Objects that nothing refers to. */
  'unused-objects',
  'annotation-added',
  'annotation-changed',
  'annotation-removed',
  'content-changed',
  'page-added',
  'page-removed',
  'pages-changed',
  'form-changed',
  'signature-changed',
  'signature-removed',
  'catalog-changed',
  'metadata-changed',
  'bytes-appended',
] as const
export type PdfChangeKind = (typeof pdfChangeKinds)[number]

/** One change, before permissions are applied. */
export interface PdfChange {
  readonly revision: number
  readonly kind: PdfChangeKind
  readonly objects: readonly string[]
  /** Name of the field concerned. */
  readonly field?: string | undefined
  /** Whether it draws something on a page. */
  readonly visible?: boolean | undefined
}

/** Keys of a field or widget that filling it changes. */
const filled = new Set(['V', 'AP', 'AS', 'RV', 'I', 'M'])
/** ISO 32000-2 tables 227 and 229. */
const fieldFlags = { readOnly: 1 << 0, pushbutton: 1 << 16 } as const
/** Keys of the field or widget of a signature that signing it changes. */
const signing = new Set(['V', 'AP', 'M', 'F', 'P'])
/** Keys of a field of a signature that may be added: no actions. */
const fieldKeys = new Set([
  ...['Type', 'Subtype', 'FT', 'T', 'TU', 'TM', 'V', 'F', 'Ff', 'Rect', 'P', 'AP', 'AS', 'Lock', 'SV', 'Border', 'BS'],
  ...['MK', 'DA', 'DR', 'Q', 'H', 'M', 'NM', 'Parent', 'Kids', 'StructParent'],
])
/** Keys under which a reference names an object without using what is in it. */
const naming = new Set(['P', 'Pg', 'Parent', 'Popup', 'IRT', 'Obj', 'Fields', 'Annots', 'Kids', 'K', 'T', 'CO'])

/**
 * What a revision changed, by a walk through both documents from the catalog: whatever differs and is not known to be
 * harmless where it is used is named after the place it is used at. An object that is used at two places has to be
 * harmless at both.
 *
 * @throws PdfFaultError when one of the two cannot be read.
 */
export function changesBetween(file: PdfFile, older: PdfRevision, newer: PdfRevision): readonly PdfChange[] {
  return new Comparison(file, older, newer).run()
}

class Comparison {
  readonly #file: PdfFile
  readonly #old: PdfView
  readonly #new: PdfView
  readonly #revision: number
  /** Numbers of objects whose value differs. */
  readonly #changed = new Set<number>()
  readonly #found = new Map<string, { kind: PdfChangeKind; objects: Set<string>; field?: string; visible?: boolean }>()
  /** Pages, fields and annotations: compared key by key. */
  readonly #pages = new Set<number>()
  readonly #annotations = new Set<number>()
  #oldFields: ReadonlyMap<number, PdfField> = new Map()
  #newFields: ReadonlyMap<number, PdfField> = new Map()
  /** Objects reached without being compared key by key. */
  readonly #reached = new Set<number>()
  /** Of them those that annotations use: what a certification may let change there, it does not where content uses it too. */
  readonly #reachedByAnnotations = new Set<number>()
  /** Objects compared in another way than by the walk. */
  readonly #accounted = new Set<number>()
  /** Fields of signatures that this revision added or signed, with their widgets. */
  readonly #signed = new Set<number>()

  constructor(file: PdfFile, older: PdfRevision, newer: PdfRevision) {
    this.#file = file
    this.#old = older.view
    this.#new = newer.view
    this.#revision = newer.number
    for (const { entries } of newer.sections) {
      for (const num of entries.keys()) if (this.#differs(num)) this.#changed.add(num)
    }
    // With an object stream, all objects in it are redefined.
    for (const [num, entry] of this.#new.entries) {
      if (entry.kind !== 'packed' || !newer.sections.some(({ entries }) => entries.has(entry.stream))) continue
      if (!this.#changed.has(num) && this.#differs(num)) this.#changed.add(num)
    }
    this.#file.budget.step(this.#new.entries.size)
  }

  #differs(num: number): boolean {
    const [before, after] = [this.#old.object(num), this.#new.object(num)]
    const isBoth = isStream(before) && isStream(after)
    if (this.#old.placeOf(num) === this.#new.placeOf(num) && !isBoth) return before !== after
    if (!sameValue(before, after) || isStream(before) !== isStream(after)) return true
    if (!isBoth) return genOf(this.#old, num) !== genOf(this.#new, num)
    return Buffer.compare(this.#old.dataOf(before), this.#new.dataOf(after)) !== 0
  }

  run(): readonly PdfChange[] {
    const [from, to] = [this.#old.root, this.#new.root]
    if (this.#old.trailer.has('Encrypt') || this.#new.trailer.has('Encrypt')) throw new PdfFaultError('encrypted')
    this.#oldFields = fieldsOf(this.#old, this.#file)
    this.#newFields = fieldsOf(this.#new, this.#file)
    if (!sameValue(from, to)) this.#report('catalog-changed', to.num)
    this.#collectPages()
    this.#comparePages()
    this.#compareForm()
    this.#compareCatalog()
    this.#compareInformation()
    this.#unused()
    return [...this.#found.values()].map(({ objects, ...change }) => {
      return { revision: this.#revision, ...change, objects: [...objects] }
    })
  }

  #report(kind: PdfChangeKind, num: number | undefined, field?: string, visible?: boolean): void {
    const key = `${kind} ${field ?? ''}`
    const known = this.#found.get(key) ?? { kind, objects: new Set(), ...(field === undefined ? {} : { field }) }
    if (visible === true) known.visible = true
    if (num !== undefined && known.objects.size < 1000) known.objects.add(refText(this.#new, num))
    this.#found.set(key, known)
  }

  /** Walks what both revisions have in common, and reports each object that differs. */
  #walk(value: PdfValue | undefined, kind: PdfChangeKind, key = ''): void {
    const work: { value: PdfValue | undefined; key: string }[] = [{ value, key }]
    const reached = kind === 'annotation-changed' ? this.#reachedByAnnotations : this.#reached
    for (let next = work.pop(); next !== undefined; next = work.pop()) {
      this.#file.budget.step()
      const { value: one, key: under } = next
      if (one === null || typeof one !== 'object') continue
      if (isArray(one)) for (const item of one) work.push({ value: item, key: under })
      else if (isDict(one)) for (const [name, item] of one.entries) work.push({ value: item, key: name })
      else if (isRef(one)) {
        const { num } = one
        // Their own comparison looks at every key of them.
        if (this.#pages.has(num)) continue
        // What pages draw with is never an annotation: an object that is both is looked at as both.
        const isDrawn = kind === 'content-changed' || kind === 'pages-changed'
        if (!isDrawn && naming.has(under) && this.#annotations.has(num)) continue
        if (reached.has(num)) continue
        reached.add(num)
        if (this.#changed.has(num)) this.#report(kind, num)
        for (const view of this.#changed.has(num) ? [this.#old, this.#new] : [this.#new]) {
          const target = view.object(num)
          if (isDict(target)) for (const [name, item] of target.entries) work.push({ value: item, key: name })
          else work.push({ value: target, key: under })
        }
      }
    }
  }

  /** Compares one value of a key of two versions of an object. */
  #compareKey(key: string, before: PdfDict, after: PdfDict, num: number, kind: PdfChangeKind): void {
    const [one, two] = [before.entries.get(key), after.entries.get(key)]
    if (!sameValue(one, two)) this.#report(kind, num)
    this.#walk(one, kind, key)
    if (!sameValue(one, two)) this.#walk(two, kind, key)
  }

  /** The array or dictionary a key has, which is compared item by item. */
  #list(view: PdfView, value: PdfValue | undefined): PdfValue {
    if (isRef(value)) this.#accounted.add(value.num)
    return view.resolve(value)
  }

  #dict(view: PdfView, num: number): PdfDict | undefined {
    const value = view.object(num)
    return isDict(value) && !isStream(value) ? value : undefined
  }

  // Pages

  #collectPages(): void {
    for (const view of [this.#old, this.#new]) {
      const seen = new Set<number>()
      const visit = (value: PdfValue | undefined, depth: number): void => {
        this.#file.budget.step()
        if (!isRef(value) || depth > 64 || seen.has(value.num)) throw new PdfFaultError('structure-damaged')
        seen.add(value.num)
        const node = this.#dict(view, value.num)
        if (node === undefined) throw new PdfFaultError('structure-damaged')
        this.#pages.add(value.num)
        if (nameOf(view.resolve(node.entries.get('Type'))) === 'Page') {
          for (const one of this.#annotationsOf(view, node)) {
            if (isRef(one) && this.#isDictionary(one.num)) this.#annotations.add(one.num)
          }
          return
        }
        const kids = this.#list(view, node.entries.get('Kids'))
        if (!isArray(kids)) throw new PdfFaultError('structure-damaged')
        for (const kid of kids) visit(kid, depth + 1)
      }
      visit(view.catalog.entries.get('Pages'), 0)
    }
    for (const num of [...this.#oldFields.keys(), ...this.#newFields.keys()]) this.#annotations.add(num)
    for (const num of this.#annotations) if (this.#pages.has(num)) throw new PdfFaultError('structure-damaged')
  }

  /** Whether an object is a dictionary in each revision that has it: a stream is compared as a whole. */
  #isDictionary(num: number): boolean {
    return [this.#old, this.#new].every((view) => view.object(num) === null || this.#dict(view, num) !== undefined)
  }

  #annotationsOf(view: PdfView, page: PdfDict): readonly PdfValue[] {
    const list = this.#list(view, page.entries.get('Annots'))
    if (list === null) return []
    if (!isArray(list)) throw new PdfFaultError('structure-damaged')
    return list
  }

  #comparePages(): void {
    this.#markSigned()
    const pages = (view: PdfView): readonly number[] =>
      [...this.#pages].filter((num) => nameOf(this.#dict(view, num)?.entries.get('Type') ?? null) === 'Page')
    const [before, after] = [new Set(pages(this.#old)), new Set(pages(this.#new))]
    for (const num of this.#pages) {
      const [one, two] = [this.#dict(this.#old, num), this.#dict(this.#new, num)]
      if (one === undefined || two === undefined) {
        if (after.has(num)) this.#report('page-added', num)
        else if (before.has(num)) this.#report('page-removed', num)
        else this.#report('pages-changed', num)
        continue
      }
      const isPage = nameOf(this.#old.resolve(one.entries.get('Type'))) === 'Page'
      for (const key of keysOf(one, two)) {
        if (isPage && key === 'Annots') this.#compareAnnotations(num, one, two)
        else if (isPage) this.#compareKey(key, one, two, num, 'content-changed')
        else if (key !== 'Kids') this.#compareKey(key, one, two, num, 'pages-changed')
        else this.#compareKids(num, one, two)
      }
    }
  }

  #compareKids(num: number, one: PdfDict, two: PdfDict): void {
    const [a, b] = [this.#old.resolve(one.entries.get('Kids')), this.#new.resolve(two.entries.get('Kids'))]
    if (sameValue(a, b)) return
    const [before, after] = [numbersOf(a), numbersOf(b)]
    const [had, has] = [new Set(before), new Set(after)]
    const added = after.filter((kid) => !had.has(kid))
    const removed = before.filter((kid) => !has.has(kid))
    for (const kid of added) this.#report('page-added', kid)
    for (const kid of removed) this.#report('page-removed', kid)
    if (added.length + removed.length === 0) this.#report('pages-changed', num)
  }

  // Annotations and fields

  #compareAnnotations(page: number, one: PdfDict, two: PdfDict): void {
    const [before, after] = [this.#annotationsOf(this.#old, one), this.#annotationsOf(this.#new, two)]
    const [had, has] = [keyed(before), keyed(after)]
    for (const [key, item] of had) if (!has.has(key)) this.#report('annotation-removed', numOf(item) ?? page)
    const kept = [...has.keys()].filter((key) => had.has(key))
    const still = [...had.keys()].filter((key) => has.has(key))
    if (kept.some((key, i) => key !== still[i])) this.#report('annotation-changed', page)
    for (const [key, item] of has) {
      const num = numOf(item)
      if (had.has(key)) {
        if (num !== undefined) this.#compareAnnotation(num)
        else {
          if (!sameValue(item, had.get(key))) this.#report('annotation-changed', page)
          this.#walk(item, 'annotation-changed')
        }
      } else if (num !== undefined && this.#signed.has(num) && !this.#oldFields.has(num)) {
        const field = this.#newFields.get(num)!
        this.#report(this.#signedKind(field), num, field.name, this.#isVisible(num))
      } else if (num !== undefined && this.#newFields.has(num)) this.#report('form-changed', num)
      else this.#report('annotation-added', num ?? page)
    }
  }

  /** An annotation of both revisions. Widgets of the form are compared with the form. */
  #compareAnnotation(num: number): void {
    if (this.#oldFields.has(num) || this.#newFields.has(num)) return
    const [one, two] = [this.#dict(this.#old, num), this.#dict(this.#new, num)]
    if (one === undefined && two === undefined) this.#walk(refOf(num), 'annotation-changed')
    else if (one === undefined || two === undefined) this.#report('annotation-changed', num)
    else for (const key of keysOf(one, two)) this.#compareKey(key, one, two, num, 'annotation-changed')
  }

  /** Fields of signatures that had no value before. */
  #markSigned(): void {
    for (const [num, field] of this.#newFields) {
      if (field.type !== 'Sig') continue
      const before = this.#oldFields.get(num)
      if (before === undefined && this.#old.object(num) !== null) continue
      if (before !== undefined && (before.type !== 'Sig' || !isNothing(this.#old, before.value))) continue
      if (before === undefined || !isNothing(this.#new, field.value)) this.#signed.add(num)
    }
  }

  #signedKind(field: PdfField): PdfChangeKind {
    const value = this.#new.resolve(field.value)
    if (!isDict(value)) return 'signature-field-added'
    return nameOf(value.entries.get('Type')) === 'DocTimeStamp' ? 'timestamp-added' : 'signature-added'
  }

  /** Whether a widget may draw on its page. */
  #isVisible(num: number): boolean {
    const widget = this.#dict(this.#new, num)
    const rect = this.#new.resolve(widget?.entries.get('Rect'))
    if (!isArray(rect)) return widget?.entries.has('AP') === true
    const [a, b, c, d, ...more] = rect.map((one) => this.#new.resolve(one))
    const isRectangle = more.length === 0 && [a, b, c, d].every((one) => typeof one === 'number')
    return !isRectangle || !(a === c || b === d)
  }

  #compareForm(): void {
    const [one, two] = [this.#old, this.#new].map((view) => {
      const value = this.#list(view, view.catalog.entries.get('AcroForm'))
      return isDict(value) && !isStream(value) ? value : undefined
    })
    const num = numOf(this.#new.catalog.entries.get('AcroForm')) ?? this.#new.root.num
    const nothing: PdfDict = { type: 'dict', entries: new Map() }
    if (one !== undefined && two === undefined) this.#report('form-changed', num)
    for (const key of keysOf(one ?? nothing, two ?? nothing)) {
      const [a, b] = [one?.entries.get(key), two?.entries.get(key)]
      if (key === 'Fields') continue
      if (key === 'SigFlags' && isFlags(a) && isFlags(b) && ((a ?? 0) & (b ?? 0)) === (a ?? 0)) continue
      if (key === 'NeedAppearances' && (b === undefined || b === false)) continue
      if (key === 'DR' || (key === 'DA' && a === undefined)) {
        if (this.#addsOnly(a, b, 0)) continue
        this.#report('form-changed', num)
      } else this.#compareKey(key, one ?? nothing, two ?? nothing, num, 'form-changed')
    }
    this.#compareFieldList(one, two, num)
    for (const field of new Set([...this.#oldFields.keys(), ...this.#newFields.keys()])) this.#compareField(field)
  }

  /** Whether resources were added, and none changed. */
  #addsOnly(one: PdfValue | undefined, two: PdfValue | undefined, depth: number): boolean {
    this.#file.budget.step()
    if (depth > 1) return this.#isUnchanged(one, two)
    const [a, b] = [this.#list(this.#old, one), this.#list(this.#new, two)]
    if (a === null) return true
    if (!isDict(a) || !isDict(b)) return this.#isUnchanged(one, two)
    return [...a.entries].every(([key, item]) => this.#addsOnly(item, b.entries.get(key), depth + 1))
  }

  #isUnchanged(one: PdfValue | undefined, two: PdfValue | undefined): boolean {
    if (!sameValue(one, two)) return false
    this.#walk(one, 'form-changed')
    return true
  }

  #compareFieldList(one: PdfDict | undefined, two: PdfDict | undefined, form: number): void {
    const before = numbersOf(this.#list(this.#old, one?.entries.get('Fields')))
    const after = numbersOf(this.#list(this.#new, two?.entries.get('Fields')))
    if (before.some((num, i) => after[i] !== num)) this.#report('form-changed', form)
  }

  #compareField(num: number): void {
    const [before, after] = [this.#oldFields.get(num), this.#newFields.get(num)]
    if (after === undefined) this.#fieldRemoved(before!)
    else if (before === undefined) this.#fieldAdded(after)
    else this.#fieldKept(before, after)
  }

  #fieldRemoved(before: PdfField): void {
    const isSignature = before.type === 'Sig' && !isNothing(this.#old, before.value)
    this.#report(isSignature ? 'signature-removed' : 'form-changed', before.num, before.name)
  }

  #fieldAdded(after: PdfField): void {
    const { num, name, dict } = after
    const isField = [...dict.entries.keys()].every((key) => fieldKeys.has(key))
    const subtype = nameOf(this.#new.resolve(dict.entries.get('Subtype')))
    const isWidget = subtype === undefined || subtype === 'Widget'
    if (!this.#signed.has(num) || !isField || !isWidget) this.#report('form-changed', num, name)
    else this.#report(this.#signedKind(after), num, name, dict.entries.has('Rect') && this.#isVisible(num))
  }

  #fieldKept(before: PdfField, after: PdfField): void {
    const { num } = after
    const isSignature = before.type === 'Sig' || after.type === 'Sig'
    if (before.type !== after.type || before.name !== after.name) this.#report('form-changed', num, after.name)
    const isSigned = this.#signed.has(num)
    const allowed = isSignature ? (isSigned ? signing : undefined) : this.#isFillable(before) ? filled : undefined
    for (const key of keysOf(before.dict, after.dict)) {
      const [a, b] = [before.dict.entries.get(key), after.dict.entries.get(key)]
      if (allowed?.has(key) === true) {
        const isTouched = this.#touches(b)
        if (sameValue(a, b) && !isTouched) continue
        if (isSignature) this.#report(this.#signedKind(after), num, after.name, this.#isVisible(num))
        else this.#report('form-filled', num, after.name, true)
      } else if (key === 'Kids' && sameValue(this.#list(this.#old, a), this.#list(this.#new, b))) continue
      else if (key === 'V' && isSignature) this.#compareValue(before, after)
      else this.#compareKey(key, before.dict, after.dict, num, isSignature ? 'signature-changed' : 'form-changed')
    }
  }

  /** Whether people fill a field in: a button without a value, and a field for reading only, show what was signed. ISO 32000-2 12.7. */
  #isFillable({ type, flags, dict }: PdfField): boolean {
    const subtype = nameOf(this.#old.resolve(dict.entries.get('Subtype')))
    if (subtype !== undefined && subtype !== 'Widget') return false
    const isButton = type === 'Btn' && (flags & fieldFlags.pushbutton) !== 0
    return (type === 'Tx' || type === 'Ch' || type === 'Btn') && !isButton && (flags & fieldFlags.readOnly) === 0
  }

  /** The value of a signature of both revisions. */
  #compareValue(before: PdfField, after: PdfField): void {
    const [a, b] = [before.dict.entries.get('V'), after.dict.entries.get('V')]
    if (isNothing(this.#new, b)) this.#report('signature-removed', after.num, after.name)
    else if (!sameValue(a, b)) this.#report('signature-changed', after.num, after.name)
    this.#walk(a, 'signature-changed', 'V')
  }

  /** Whether an object below this value differs. */
  #touches(value: PdfValue | undefined): boolean {
    let touched = false
    const seen = new Set<number>()
    const work: (PdfValue | undefined)[] = [value]
    for (let one = work.pop(); work.length > 0 || one !== undefined; one = work.pop()) {
      this.#file.budget.step()
      if (one === null || typeof one !== 'object') continue
      if (isArray(one)) for (const item of one) work.push(item)
      else if (isDict(one)) for (const item of one.entries.values()) work.push(item)
      else if (isRef(one)) {
        if (seen.has(one.num) || this.#pages.has(one.num) || this.#annotations.has(one.num)) continue
        if (this.#changed.has(one.num)) touched = true
        seen.add(one.num)
        this.#accounted.add(one.num)
        work.push(this.#new.object(one.num))
      }
    }
    return touched
  }

  // The rest

  #compareCatalog(): void {
    const [one, two] = [this.#old.catalog, this.#new.catalog]
    const root = this.#new.root.num
    for (const key of keysOf(one, two)) {
      const [a, b] = [one.entries.get(key), two.entries.get(key)]
      if (key === 'AcroForm') continue
      if (key === 'Pages') {
        if (!sameValue(a, b)) this.#report('pages-changed', root)
      } else if (key === 'DSS') this.#compareEvidence(a, b)
      else if (key === 'Version' || key === 'Extensions') {
        if (this.#touches(b) || !sameValue(a, b)) this.#report('version-changed', root)
      } else if (key === 'Metadata') this.#compareKey(key, one, two, root, 'metadata-changed')
      else this.#compareKey(key, one, two, root, 'catalog-changed')
    }
  }

  /** The document security store, ISO 32000-2 12.8.4.3: nothing in it is drawn. */
  #compareEvidence(one: PdfValue | undefined, two: PdfValue | undefined): void {
    if (isNothing(this.#new, two) && !isNothing(this.#old, one)) this.#report('catalog-changed', this.#new.root.num)
    else if (this.#touches(two) || !sameValue(one, two)) {
      this.#report('dss-added', numOf(two) ?? this.#new.root.num)
    }
  }

  /** The information dictionary, ISO 32000-2 14.3.3. */
  #compareInformation(): void {
    const [a, b] = [this.#old.trailer.get('Info'), this.#new.trailer.get('Info')]
    const [one, two] = [this.#list(this.#old, a), this.#list(this.#new, b)]
    const nothing: PdfDict = { type: 'dict', entries: new Map() }
    const [before, after] = [one, two].map((value) => (isDict(value) ? value : nothing)) as [PdfDict, PdfDict]
    for (const key of keysOf(before, after)) {
      const num = numOf(b) ?? this.#new.root.num
      const [from, to] = [this.#old.resolve(before.entries.get(key)), this.#new.resolve(after.entries.get(key))]
      if (sameValue(from, to)) continue
      this.#report(key === 'ModDate' || key === 'Producer' ? 'information-updated' : 'metadata-changed', num)
    }
  }

  /** Objects of this revision that were compared nowhere, and those that nothing refers to, cross-reference and object streams aside. */
  #unused(): void {
    const seen = new Set<number>()
    const work: PdfValue[] = [this.#new.root, this.#new.trailer.get('Info') ?? null]
    for (let one = work.pop(); one !== undefined; one = work.pop()) {
      this.#file.budget.step()
      if (one === null || typeof one !== 'object') continue
      if (isArray(one)) for (const item of one) work.push(item)
      else if (isDict(one)) for (const item of one.entries.values()) work.push(item)
      else if (isRef(one) && !seen.has(one.num)) {
        seen.add(one.num)
        work.push(this.#new.object(one.num))
      }
    }
    const parts = [this.#pages, this.#annotations, this.#reached, this.#reachedByAnnotations, this.#accounted]
    const isCompared = (num: number): boolean => num === this.#new.root.num || parts.some((part) => part.has(num))
    for (const num of this.#changed) {
      // What was there, is in use, and was compared nowhere: no one knows that it is harmless.
      if (seen.has(num) && !isCompared(num) && this.#old.object(num) !== null) this.#report('content-changed', num)
      if (seen.has(num)) continue
      const value = this.#new.object(num)
      const type = isStream(value) ? nameOf((value as PdfStream).entries.get('Type')) : undefined
      if (value !== null && type !== 'XRef' && type !== 'ObjStm') this.#report('unused-objects', num)
    }
  }
}

const keysOf = (one: PdfDict, two: PdfDict): ReadonlySet<string> =>
  new Set([...one.entries.keys(), ...two.entries.keys()])
/** Annotations by what identifies them: those that are no objects of their own by their position. */
const keyed = (items: readonly PdfValue[]): ReadonlyMap<string, PdfValue> =>
  new Map(items.map((item, i) => [isRef(item) ? `${item.num} ${item.gen}` : `at ${i}`, item]))
const numOf = (value: PdfValue | undefined): number | undefined => (isRef(value) ? value.num : undefined)
const numbersOf = (value: PdfValue): readonly number[] =>
  isArray(value) ? value.filter(isRef).map(({ num }) => num) : []
const isNothing = (view: PdfView, value: PdfValue | undefined): boolean => view.resolve(value) === null
const isFlags = (value: PdfValue | undefined): value is number | undefined =>
  value === undefined || (Number.isInteger(value) && (value as number) >= 0)
const genOf = (view: PdfView, num: number): number => {
  const entry = view.entries.get(num)
  return entry?.kind === 'plain' ? entry.gen : 0
}
