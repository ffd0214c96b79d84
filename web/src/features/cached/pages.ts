/**
 * The part of a list that is on the screen, and a little around it, of any number of rows.
 *
 * Rows have the index that they have at the server. They are read page by page, neighbours in one request; pages
 * far from the window are let go. A row that changes is changed in place. Where rows came or went somewhere, what
 * is shown stays as it is; the next read then looks for a row that is on the screen in the new answer and tells by
 * how much everything moved (`takeShift`), so that the window moves with it and nothing jumps.
 *
 * Invariants: what is held is bounded by `KEPT` pages; a request that nobody waits for any more is cancelled; no two
 * requests ask for the same page.
 */
import type { CachedFile } from "@/api/schema";

export interface Slice {
  files: readonly CachedFile[];
  total: number;
}

export type Read = (offset: number, limit: number, signal: AbortSignal) => Promise<Slice>;

/** Rows of a page. */
export const PAGE = 100;
/** Most rows that the server gives at once. */
const MOST = 500;
/** Pages that are kept: 3,000 rows. */
export const KEPT = 30;
/** Rows before and after the window that are read along with it. */
const AROUND = 50;
/** How long the window has to rest at a place of which nothing is known before that is read. */
export const REST = 90;

interface Request {
  first: number;
  last: number;
  abort: AbortController;
}

interface Span {
  first: number;
  last: number;
}

export class Pages {
  /** So many rows there are, as of the last read; null before the first. */
  total: number | null = null;
  /** Why the last read failed; null once one succeeds. */
  error: unknown = null;
  /** Grows with every change, for those who watch. */
  version = 0;

  #pages = new Map<number, CachedFile[]>();
  #index = new Map<string, number>();
  #requests = new Set<Request>();
  #window: Span = { first: 0, last: 0 };
  #moved = false;
  #shift = 0;
  #aligning: AbortController | null = null;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #listeners = new Set<() => void>();

  constructor(private readonly read: Read) {}

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  at(index: number): CachedFile | undefined {
    return this.#pages.get(Math.floor(index / PAGE))?.[index % PAGE];
  }

  indexOf(id: string): number | undefined {
    return this.#index.get(id);
  }

  /** The row with this library path, if it is held. */
  withPath(path: string): CachedFile | undefined {
    for (const page of this.#pages.values()) {
      const found = page.find((file) => file.file_path === path);
      if (found) return found;
    }
    return undefined;
  }

  /** Every row that is held, in no particular order. */
  *held(): Iterable<CachedFile> {
    for (const page of this.#pages.values()) yield* page;
  }

  get size(): number {
    return this.#index.size;
  }

  get busy(): boolean {
    return this.#requests.size > 0 || this.#aligning !== null;
  }

  /** These rows are on the screen now. */
  want(first: number, last: number): void {
    this.#window = { first: Math.max(0, first), last: Math.max(0, last) };
    const wanted = this.#wantedPages();
    for (const request of this.#requests) {
      if (request.last < wanted.first || request.first > wanted.last) this.#cancel(request);
    }
    clearTimeout(this.#timer);
    if (this.#missing().length === 0) return;
    if (this.#pages.size === 0 || this.#touches(wanted)) this.#readMissing();
    else this.#timer = setTimeout(() => this.#readMissing(), REST);
  }

  /** Changes a row in place. */
  patch(id: string, change: (file: CachedFile) => CachedFile): void {
    const index = this.#index.get(id);
    const file = index === undefined ? undefined : this.at(index);
    if (index === undefined || !file) return;
    const key = Math.floor(index / PAGE);
    const page = this.#pages.get(key);
    const changed = change(file);
    if (!page || changed === file) return;
    this.#pages.set(key, page.with(index % PAGE, changed));
    this.#tell();
  }

  /** Rows came or went somewhere: what is read next has to be brought into line with what is shown. */
  moved(): void {
    this.#moved = true;
  }

  /** Reads again what is on the screen; `anchored` keeps the first row of it where it is. */
  refresh(anchored: boolean): void {
    if (this.total === null && this.error === null) return;
    this.#align(anchored);
  }

  /** Tries what failed once more. */
  retry(): void {
    this.error = null;
    this.#tell();
    if (this.total === null || this.#moved) this.#align(true);
    else this.#readMissing();
  }

  /** By how many rows everything moved since this was last asked. */
  takeShift(): number {
    const shift = this.#shift;
    this.#shift = 0;
    return shift;
  }

  /** Rows of a stretch, for those who need them whether they are on the screen or not. */
  async stretch(first: number, last: number, signal: AbortSignal): Promise<CachedFile[]> {
    const rows: CachedFile[] = [];
    for (let at = first; at <= last; ) {
      const held = this.at(at);
      if (held) {
        rows.push(held);
        at += 1;
        continue;
      }
      const slice = await this.read(at, Math.min(MOST, last - at + 1), signal);
      if (slice.files.length === 0) break;
      rows.push(...slice.files);
      at += slice.files.length;
    }
    return rows;
  }

  close(): void {
    clearTimeout(this.#timer);
    this.#aligning?.abort();
    this.#aligning = null;
    for (const request of this.#requests) this.#cancel(request);
  }

  #wantedPages(): Span {
    const end = this.total === null ? Number.POSITIVE_INFINITY : Math.max(0, this.total - 1);
    return {
      first: Math.floor(Math.max(0, Math.min(this.#window.first - AROUND, end)) / PAGE),
      last: Math.floor(Math.min(end, this.#window.last + AROUND) / PAGE),
    };
  }

  /** Whether something of this stretch, or its neighbour, is held: the reader comes from there. */
  #touches({ first, last }: Span): boolean {
    for (let page = first - 1; page <= last + 1; page += 1) if (this.#pages.has(page)) return true;
    return false;
  }

  #missing(): number[] {
    const { first, last } = this.#wantedPages();
    const missing: number[] = [];
    for (let page = first; page <= last; page += 1) {
      const asked = [...this.#requests].some((one) => one.first <= page && page <= one.last);
      if (!this.#pages.has(page) && !asked) missing.push(page);
    }
    return missing;
  }

  #readMissing(): void {
    if (this.#aligning || this.error !== null) return;
    const missing = this.#missing();
    const [start] = missing;
    if (start === undefined) return;
    if (this.#moved) {
      this.#align(true);
      return;
    }
    let first = start;
    let last = start;
    for (const page of missing.slice(1)) {
      if (page === last + 1 && page - first < MOST / PAGE) last = page;
      else {
        void this.#request({ first, last });
        first = page;
        last = page;
      }
    }
    void this.#request({ first, last });
  }

  async #request({ first, last }: Span): Promise<void> {
    const request: Request = { first, last, abort: new AbortController() };
    this.#requests.add(request);
    try {
      const slice = await this.read(first * PAGE, (last - first + 1) * PAGE, request.abort.signal);
      if (!this.#requests.delete(request)) return;
      // Another number than before: something came or went of which no event has told yet.
      if (this.total !== null && slice.total !== this.total && this.#pages.size > 0) {
        void this.#align(true);
        return;
      }
      this.error = null;
      this.total = slice.total;
      this.#put(first, slice.files);
      this.#forgetFar();
      this.#tell();
    } catch (error) {
      if (this.#requests.delete(request)) this.#fail(error);
    }
  }

  /** Reads the window anew in one request, and finds out by how much it moved. */
  async #align(anchored: boolean): Promise<void> {
    this.#aligning?.abort();
    clearTimeout(this.#timer);
    for (const request of this.#requests) this.#cancel(request);
    const abort = new AbortController();
    this.#aligning = abort;
    this.#moved = false;
    const wanted = this.#wantedPages();
    const pages = Math.min(MOST / PAGE, wanted.last - wanted.first + 1);
    const count = Number.isFinite(pages) ? pages : 1;
    try {
      const slice = await this.read(wanted.first * PAGE, count * PAGE, abort.signal);
      if (this.#aligning !== abort) return;
      this.#aligning = null;
      this.error = null;
      if (anchored) this.#shift += this.#shiftTo(wanted.first * PAGE, slice.files);
      this.total = slice.total;
      this.#pages.clear();
      this.#index.clear();
      this.#put(wanted.first, slice.files);
      this.#tell();
      // The window may have gone on meanwhile.
      if (this.#shift === 0) this.#readMissing();
    } catch (error) {
      if (this.#aligning !== abort) return;
      this.#aligning = null;
      this.#moved = true;
      this.#fail(error);
    }
  }

  /** By how much the rows moved: the first of the window that is found again says it, else one from next door. */
  #shiftTo(offset: number, files: readonly CachedFile[]): number {
    const now = new Map(files.map((file, at) => [file.id, offset + at]));
    const { first, last } = this.#window;
    for (let index = first; index <= last; index += 1) {
      const file = this.at(index);
      const found = file && now.get(file.id);
      if (found !== undefined) return found - index;
    }
    let nearest: { distance: number; shift: number } | null = null;
    for (const [id, found] of now) {
      const index = this.#index.get(id);
      if (index === undefined) continue;
      const distance = index < first ? first - index : index - last;
      if (!nearest || distance < nearest.distance) nearest = { distance, shift: found - index };
    }
    return nearest?.shift ?? 0;
  }

  #put(first: number, files: readonly CachedFile[]): void {
    for (let page = first, at = 0; at < files.length; page += 1, at += PAGE) {
      const rows = files.slice(at, at + PAGE);
      this.#forget(page);
      this.#pages.set(page, rows);
      rows.forEach((file, row) => {
        this.#index.set(file.id, page * PAGE + row);
      });
    }
  }

  #forget(page: number): void {
    const rows = this.#pages.get(page);
    this.#pages.delete(page);
    for (const file of rows ?? []) {
      // It may have moved to another page that is held.
      if (Math.floor((this.#index.get(file.id) ?? -1) / PAGE) === page) this.#index.delete(file.id);
    }
  }

  #forgetFar(): void {
    const middle = (this.#window.first + this.#window.last) / 2 / PAGE;
    const far = [...this.#pages.keys()].sort((a, b) => Math.abs(b - middle) - Math.abs(a - middle));
    for (const page of far.slice(0, Math.max(0, far.length - KEPT))) this.#forget(page);
  }

  #cancel(request: Request): void {
    this.#requests.delete(request);
    request.abort.abort();
  }

  #fail(error: unknown): void {
    this.error = error;
    this.#tell();
  }

  #tell(): void {
    this.version += 1;
    for (const listener of this.#listeners) listener();
  }
}
