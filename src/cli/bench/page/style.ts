/** The style sheet of the report's page, for light and dark. */

/** All of it. */
export const style = `
:root { color-scheme: light dark;
  --page: light-dark(#fbfbfa, #15171a); --card: light-dark(#fff, #1d2024); --ink: light-dark(#1f2328, #e6e8eb);
  --dim: light-dark(#5c636b, #9aa2ab); --line: light-dark(#e3e5e8, #33383e);
  --first: light-dark(#2f6fdb, #6ea8fe); --second: light-dark(#b7580a, #f2a65a); --third: light-dark(#8a8f96, #7d858e);
  --bad: light-dark(#b3261e, #ff8a80); --warn: light-dark(#8a5a00, #f0c36d); }
* { box-sizing: border-box; }
body { margin: 0; background: var(--page); color: var(--ink); font: 15px/1.5 system-ui, sans-serif; }
main { max-width: 64rem; margin: 0 auto; padding: 2rem 1rem 4rem; }
h1 { font-size: 1.35rem; margin: 0; overflow-wrap: anywhere; }
h2 { font-size: 1.02rem; margin: 0 0 .6rem; }
p { margin: .2rem 0 0; color: var(--dim); }
section { background: var(--card); border: 1px solid var(--line); border-radius: .6rem; padding: 1rem 1.1rem; margin-top: 1rem; }
.tiles { display: grid; grid-template-columns: repeat(auto-fit, minmax(8.5rem, 1fr)); gap: 1rem; margin-top: 1.25rem; }
.tiles section { margin: 0; padding: .8rem 1rem; }
.tiles b { display: block; font-size: 1.5rem; font-weight: 600; line-height: 1.25; white-space: nowrap; font-variant-numeric: tabular-nums; }
.tiles small { color: var(--dim); font-size: .85rem; }
.tiles .bad b { color: var(--bad); }
.remarks { border-left: 4px solid var(--warn); } .errors { border-left: 4px solid var(--bad); }
ul { margin: 0; padding-left: 1.1rem; } li { overflow-wrap: anywhere; }
.wide { overflow-x: auto; }
svg { display: block; width: 100%; min-width: 34rem; height: auto; font: 12px system-ui, sans-serif; }
svg text { fill: var(--dim); font-variant-numeric: tabular-nums; } svg .name { font-size: 11px; }
.grid { stroke: var(--line); } .tick { stroke: var(--dim); }
path, svg line.first, svg line.second, svg line.third { fill: none; stroke-width: 2; stroke-linejoin: round; stroke-linecap: round; }
.first { stroke: var(--first); } .second { stroke: var(--second); } .third { stroke: var(--third); }
path.third { stroke-width: 1.25; }
path.dot { stroke-width: 4; }
path.area { stroke: none; fill: var(--first); fill-opacity: .13; }
.pointer rect { fill: transparent; } .pointer line { stroke: var(--dim); stroke-dasharray: 3 3; visibility: hidden; }
.pointer:hover line { visibility: visible; }
.bars { display: grid; grid-template-columns: max-content max-content 1fr; gap: .15rem .8rem; font-variant-numeric: tabular-nums; align-items: center; }
.bars span { text-align: right; color: var(--dim); font-size: .85rem; white-space: nowrap; } .bars i { height: .85rem; border-radius: 2px; background: var(--first); min-width: 1px; }
.bars i.none { background: none; }
table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums; }
th { text-align: left; font-weight: 400; color: var(--dim); white-space: nowrap; padding-right: 1.5rem; vertical-align: top; }
td, th { padding-top: .2rem; padding-bottom: .2rem; border-top: 1px solid var(--line); } tr:first-child > * { border-top: 0; }
td { overflow-wrap: anywhere; }
.pair { display: grid; grid-template-columns: repeat(auto-fit, minmax(19rem, 1fr)); gap: 1rem; } .pair section { margin-top: 1rem; } .pair + section { margin-top: 1rem; }
footer { margin-top: 1.5rem; color: var(--dim); font-size: .85rem; }
`;
