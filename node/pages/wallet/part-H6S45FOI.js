import{b as o,d as e}from"./part-PMXZDNPP.js";import"./part-5TPQK6CZ.js";import"./part-EMFND5XV.js";import"./part-DLMCVXWU.js";export{e as followBaskets,o as takeClaimed};
