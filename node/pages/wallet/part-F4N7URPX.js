import{b as o,d as e}from"./part-C7W6UWHC.js";import"./part-DUZPDYSL.js";import"./part-ZEBH3MXM.js";export{e as followBaskets,o as takeClaimed};
