import{b as o,d as e}from"./part-K6X6E3NV.js";import"./part-DUZPDYSL.js";import"./part-E7XMUN46.js";export{e as followBaskets,o as takeClaimed};
