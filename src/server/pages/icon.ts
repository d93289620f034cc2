/** A calendar page, as SVG: the icon of the gateway's pages. The desk has its own. */
export const ICON =
  "<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 16 16'><rect width='16' height='16' rx='4' fill='#245'/><path d='M4 5h8v7H4zM4 7.5h8M6 3.5V6M10 3.5V6' fill='none' stroke='#fff'/></svg>"
