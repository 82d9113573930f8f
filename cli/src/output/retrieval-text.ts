import type { Retrieval, RetrievalPlan, SpeedPrice } from '@firn/shared/rest/schemas/retrieval';
import { formatBytes, formatCounted } from './quantity.ts';
import { renderTable } from './table.ts';

/** A planned retrieval as somebody decides upon it. */
export function describePlan({ id, plan }: Retrieval, problem: string | undefined): string {
  if (plan === undefined) return `nothing was planned: ${problem ?? 'the session ended early'}`;
  return [
    sizeText(plan),
    renderTable(plan.speeds, [
      { heading: 'SPEED', value: ({ speed }) => speed },
      { heading: plan.prices?.currency ?? 'PRICE', value: priceText },
      { heading: 'HOURS', value: hoursText },
    ]),
    ...pricesText(plan),
    `start it within a day: firn retrieval create --plan ${id} --speed SPEED`,
  ].join('\n');
}

function sizeText(plan: RetrievalPlan): string {
  const { packs, bytes, coldPacks, coldBytes, missingPacks } = plan;
  const all = `${formatCounted(packs, 'pack')} with ${formatBytes(bytes)}`;
  const cold = `of these ${formatCounted(coldPacks, 'pack')} with ${formatBytes(coldBytes)} have to thaw`;
  const missing = missingPacks === 0 ? '' : `, ${formatCounted(missingPacks, 'pack')} are missing`;
  return `${all}, ${cold}${missing}`;
}

function priceText({ price }: SpeedPrice): string {
  return price === undefined ? 'unknown' : price.toFixed(price < 10 ? 4 : 2);
}

function hoursText({ hoursMin, hoursMax }: SpeedPrice): string {
  if (hoursMin === undefined || hoursMax === undefined) return 'unknown';
  return `${rounded(hoursMin)} to ${rounded(hoursMax)}`;
}

function rounded(hours: number): number {
  return Math.round(hours * 10) / 10;
}

function pricesText({ prices }: RetrievalPlan): string[] {
  if (prices === undefined) return [];
  return [`prices of ${prices.region}, ${prices.date}: ${prices.source}`];
}
