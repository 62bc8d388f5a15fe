import type { Page } from 'playwright-core'
import type { CustomerLanguage } from '../../src/messages/index.ts'

export interface GalleryScreen {
  readonly name: string
  readonly state: object
}
export function galleryOf(language: CustomerLanguage): readonly GalleryScreen[]
export function openGallery(page: Page, address: string): Promise<void>
export function drawScreen(page: Page, state: object): Promise<void>
